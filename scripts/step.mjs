// One step of a longer work: a command of which one line tells what it does and how long it took.
import { spawn, spawnSync } from "node:child_process";

/**
 * Runs a command. All on stderr: what the work prints is its result. If the command fails, its output follows, and
 * this process ends.
 */
export function step(title, [command, ...args], options) {
  const started = Date.now();
  process.stderr.write(`${title} … `);
  const result = spawnSync(command, args, { ...options, maxBuffer: Infinity });
  process.stderr.write(`${verdict(result.status, started)}\n`);
  if (result.status !== 0) fail(result);
}

/** Runs several commands at the same time, as `step` does one; a line for each when it has ended. */
export async function steps(commands) {
  const children = [];
  const run = async ([title, [command, ...args]]) => {
    const started = Date.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    let stdout = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (stdout += data));
    const result = await new Promise((resolve) => {
      child.on("error", (error) => resolve({ error }));
      child.on("close", (status) => resolve({ status, stdout }));
    });
    process.stderr.write(`${title} … ${verdict(result.status, started)}\n`);
    if (result.status === 0) return;
    for (const other of children) other.kill();
    fail(result);
  };
  await Promise.all(Object.entries(commands).map(run));
}

function verdict(status, started) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  return `${status === 0 ? "done" : "failed"} in ${seconds} s`;
}

function fail({ error, stdout = "", stderr = "" }) {
  process.stderr.write(`${error?.message ?? ""}${stdout}${stderr}`);
  process.exit(1);
}
