#!/usr/bin/env node
// In a file of its own, outside `dist`: npm links a command in a workspace only if its file exists before the build.
import { run } from "../dist/node/command.js";

process.exitCode = await run(process.argv.slice(2));
