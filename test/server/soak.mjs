/**
 * `npm run soak:server`: a minute of chaos on SQLite, a minute on PostgreSQL, 10,500 bodies that nobody should send, and
 * senders of all runtimes that are there.
 */
import { spawnSync } from "node:child_process";

const files = ["chaos", "postgres", "hostile", "runtimes"].map((name) => `test/server/${name}.test.ts`);
const env = { ...process.env, SOAK: "60" };
const args = ["run", "--project", "e2e", "--no-file-parallelism", ...files];
const { status } = spawnSync("vitest", args, { env, stdio: "inherit" });
if (status) process.exitCode = status;
