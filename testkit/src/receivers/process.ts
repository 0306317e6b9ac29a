/** A program as a process of our own: free loopback ports, a temporary folder, killed and started again on demand. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Characters of a program's output that are kept, to say why it did not start. */
const OUTPUT_LIMIT = 4_000;
const ATTEMPTS = 5;
const READY_DEADLINE = 60_000;

/**
 * Becomes the program, and leaves a guard behind: standard input ends when the tests' process does, however it
 * ends, and then the guard kills the program and removes its folder. No exit handler runs on SIGKILL.
 */
const GUARDED = `
exec 3<&0
{ cat <&3; kill -9 $$; kill -0 "$2" || rm -rf "$1"; } >/dev/null 2>&1 &
shift 2
exec "$@" </dev/null 3<&-
`;

export interface Launch {
  readonly file: string;
  /** How many free ports it needs. */
  readonly ports: number;
  /** Of these ports and a folder for its data. */
  args(ports: readonly number[], folder: string): readonly string[] | Promise<readonly string[]>;
  /** A URL that answers with `readyStatus`, default 200, once the program is ready. */
  ready(ports: readonly number[]): string;
  readonly readyStatus?: number;
  /** How `restart` ends it. Default SIGKILL. */
  readonly signal?: NodeJS.Signals;
}

export class Process {
  readonly folder: string;
  readonly #launch: Launch;
  #ports: readonly number[] = [];
  #output = "";
  #kill: (signal: NodeJS.Signals) => Promise<void> = async () => {};
  #isOver: () => boolean = () => true;

  private constructor(launch: Launch, folder: string) {
    this.#launch = launch;
    this.folder = folder;
  }

  /** @throws Error with the program's last output if it ends or is not ready within a minute. */
  static async start(launch: Launch): Promise<Process> {
    const process = new Process(launch, await mkdtemp(join(tmpdir(), "pushmeter-receiver-")));
    try {
      await process.#startOnFreePorts();
      return process;
    } catch (error) {
      await process.stop();
      throw error;
    }
  }

  get ports(): readonly number[] {
    return this.#ports;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports[0]}`;
  }

  /** Ends the program and starts it again with its data and its ports. */
  async restart(): Promise<void> {
    await this.#kill(this.#launch.signal ?? "SIGKILL");
    await this.#run();
  }

  async stop(): Promise<void> {
    await this.#kill("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Another process may take a port between the look and the start: tries again with other ones. */
  async #startOnFreePorts(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.#ports = await freePorts(this.#launch.ports);
      try {
        return await this.#run();
      } catch (error) {
        if (!/address already in use/.test(this.#output) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #run(): Promise<void> {
    const { file, args, ready, readyStatus = 200 } = this.#launch;
    const command = [this.folder, `${process.pid}`, file, ...(await args(this.#ports, this.folder))];
    const child = spawn("sh", ["-c", GUARDED, "sh", ...command], { stdio: "pipe" });
    this.#output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        this.#output = (this.#output + chunk).slice(-OUTPUT_LIMIT);
      });
    }
    const closed = once(child, "close");
    this.#isOver = () => child.exitCode !== null || child.signalCode !== null;
    this.#kill = async (signal) => {
      child.kill(signal);
      await closed;
    };
    await this.#untilReady(ready(this.#ports), readyStatus);
  }

  async #untilReady(url: string, status: number): Promise<void> {
    const end = Date.now() + READY_DEADLINE;
    while ((await statusOf(url)) !== status) {
      if (!this.#isOver() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
      else {
        await this.#kill("SIGKILL");
        throw new Error(`${this.#launch.file} does not start:\n${this.#output}`);
      }
    }
  }
}

/** 0 while it does not listen. */
async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.status;
  } catch {
    // Not listening yet.
    return 0;
  }
}

/** Held all at once, so that no port is given twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  await Promise.all(servers.map((server) => once(server, "close")));
  return ports;
}
