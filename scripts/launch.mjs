// Runs one of the project's scripts with the project's own Node, also in a fresh clone: first installs what
// package-lock.json names, if it is not installed, and builds. This file and step.mjs need Node 20 or later, and no
// npm package.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { step } from "./step.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [script, ...args] = process.argv.slice(2);

const env = {
  ...process.env,
  // No telemetry.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  TURBO_TELEMETRY_DISABLED: "1",
  PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
};

const stamp = join(root, "node_modules/.pushmeter-installed");
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  // Not `npm ci`: it installs everything anew when the lock changes, this only what changed.
  const install = ["npm", "install", "--no-save", "--loglevel=error"];
  step("Installing what package-lock.json names, about a minute", install, { cwd: root, env });
  writeFileSync(stamp, lock);
}
const build = [join(root, "node_modules/.bin/turbo"), "run", "build", "--output-logs=errors-only"];
step("Building", build, { cwd: root, env });

// The shell sends Ctrl-C to the whole group: the child ends by itself, this process only waits for it.
process.on("SIGINT", () => {});
const child = spawn(join(root, "node_modules/.bin/node"), [script, ...args], {
  cwd: root,
  env,
  stdio: "inherit",
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
