// One step of a longer work: a command of which one line tells what it does and how long it took.
import { spawnSync } from "node:child_process";

/**
 * Runs a command. All on stderr: what the work prints is its result. If the command fails, its output follows, and
 * this process ends.
 */
export function step(title, [command, ...args], options) {
  const started = Date.now();
  process.stderr.write(`${title} … `);
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, maxBuffer: Infinity });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${status === 0 ? "done" : "failed"} in ${seconds} s\n`);
  if (status === 0) return;
  process.stderr.write(`${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`);
  process.exit(1);
}
