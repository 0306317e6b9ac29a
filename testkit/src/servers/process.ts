/** A server as a process of our own, on a free port of the loopback interface, with a folder of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../poll.ts";

/** What is kept of a server's output, to say why it did not start. */
const OUTPUT_LIMIT = 4_000;
const ATTEMPTS = 5;

/**
 * Becomes the server, and leaves a guard behind: standard input ends when the tests' process does, however it
 * does, and then the guard ends the server and removes its folder. No exit handler runs on SIGKILL.
 */
const GUARDED = `
exec 3<&0
{ cat <&3; kill -9 $$; rm -rf "$1"; } >/dev/null 2>&1 &
shift
exec "$@" </dev/null 3<&-
`;

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What a server is started with: where to listen, and a folder that is removed with it. */
type Arguments = (address: string, folder: string) => string[] | Promise<string[]>;

/**
 * Starts a server and waits until its `/-/ready` answers 200. Tries another port if somebody took the one that
 * was free.
 *
 * @throws Error with the server's last output if it ends or is not ready in time.
 */
export async function startServer(file: string, args: Arguments): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const address = `127.0.0.1:${await freePort()}`;
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-server-"));
    const command = [folder, file, ...(await args(address, folder))];
    const child = spawn("sh", ["-c", GUARDED, "sh", ...command], { stdio: "pipe" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-OUTPUT_LIMIT);
      });
    }
    const closed = once(child, "close");
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    const stop = async () => {
      child.kill("SIGKILL");
      await closed;
      await rm(folder, { recursive: true, force: true });
    };
    try {
      const url = `http://${address}`;
      await until(`${file} is ready`, () => isOver() || isReady(url), Boolean);
      if (!isOver()) return { url, stop };
      await stop();
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
