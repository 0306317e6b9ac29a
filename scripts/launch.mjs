// Runs a script of the project's with the project's own Node, from a fresh clone on: installs what package-lock.json
// names if that has not been done, and builds. Itself runs on any Node from 20 on and imports nothing from npm.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [script, ...args] = process.argv.slice(2);

const env = {
  ...process.env,
  // Nothing here needs to be told to anybody.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  TURBO_TELEMETRY_DISABLED: "1",
  PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
};

/** Runs a command; its output is shown only if it fails. All on stderr: what the script prints is the result. */
function run(what, command, ...commandArgs) {
  const started = Date.now();
  process.stderr.write(`${what} … `);
  const { status, stdout, stderr } = spawnSync(command, commandArgs, { cwd: root, env, encoding: "utf8" });
  process.stderr.write(
    `${status === 0 ? "done" : "failed"} in ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  process.exit(1);
}

const stamp = join(root, "node_modules/.pushmeter-installed");
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  // Not `npm ci`: it installs everything anew when the lock changes, this only what changed.
  run(
    "Installing what package-lock.json names, about half a minute",
    "npm",
    "install",
    "--no-save",
    "--loglevel=error",
  );
  writeFileSync(stamp, lock);
}
run("Building", join(root, "node_modules/.bin/turbo"), "run", "build", "--output-logs=errors-only");

// The shell sends Ctrl-C to the whole group: the child ends by itself, this process only waits for it.
process.on("SIGINT", () => {});
const child = spawn(join(root, "node_modules/.bin/node"), [script, ...args], {
  cwd: root,
  env,
  stdio: "inherit",
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
