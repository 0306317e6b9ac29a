/** A server as a process of our own, on a free port of the loopback interface, ended by its process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { until } from "../poll.ts";

/** What is kept of a server's output, to say why it did not start. */
const OUTPUT_LIMIT = 4_000;
const ATTEMPTS = 5;

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Also when the tests are interrupted: an exit by signal runs no exit handler by itself. */
function killAtExit(): void {
  if (process.listeners("exit").includes(killAll)) return;
  process.on("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      killAll();
      process.kill(process.pid, signal);
    });
  }
}

/**
 * Starts a server and waits until its `/-/ready` answers 200. Tries another port if somebody took the one that
 * was free.
 *
 * @throws Error with the server's last output if it ends or is not ready in time.
 */
export async function startServer(file: string, args: (address: string) => string[]): Promise<Server> {
  killAtExit();
  for (let attempt = 1; ; attempt++) {
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(file, args(address), { stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-OUTPUT_LIMIT);
      });
    }
    const ended = once(child, "close").then(() => running.delete(child));
    const stop = async () => {
      child.kill("SIGKILL");
      await ended;
    };
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    try {
      const url = `http://${address}`;
      await until(`${file} is ready`, () => isOver() || isReady(url), Boolean);
      if (!isOver()) return { url, stop };
      await ended;
    } catch (error) {
      await stop();
      throw new Error(`${error}\n${output}`);
    }
    if (!output.includes("address already in use") || attempt === ATTEMPTS) {
      throw new Error(`${file} ended with ${child.exitCode ?? child.signalCode}:\n${output}`);
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/-/ready`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not listening yet.
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
