#!/usr/bin/env node
// Not in dist: npm links commands when it installs, before the first build.
import { main } from "../dist/main.js";

process.exitCode = await main(process.argv.slice(2));
