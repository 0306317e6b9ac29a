/** A server as a child process: free ports of the loopback interface, a temporary folder, ended and started again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../poll.ts";

/** Characters of a server's output that are kept, to say why it did not start. */
const OUTPUT_LIMIT = 4_000;
const ATTEMPTS = 5;
const READY_DEADLINE = 60_000;

/**
 * A guard that becomes the server. When standard input ends, because this process has ended, a copy of the guard
 * kills the server and removes its folder: after SIGKILL no exit handler runs.
 */
const GUARDED = `
exec 3<&0
{ cat <&3; kill -9 $$; kill -0 "$2" || rm -rf "$1"; } >/dev/null 2>&1 &
shift 2
exec "$@" </dev/null 3<&-
`;

export interface Launch {
  readonly file: string;
  /** How many free ports it needs. Default 1. */
  readonly ports?: number;
  /** @param folder - temporary; `stop()` removes it. */
  args(ports: readonly number[], folder: string): readonly string[] | Promise<readonly string[]>;
  /** A URL that answers with `readyStatus` once the server is ready. Default `/-/ready` on its first port. */
  ready?(ports: readonly number[]): string;
  /** Default 200. */
  readonly readyStatus?: number;
  /** Whether the server is ready, of a server that does not speak HTTP. */
  isReady?(folder: string): Promise<boolean>;
  /** Variables besides this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** How `restart()` ends it. Default SIGKILL. */
  readonly signal?: NodeJS.Signals;
}

/** What every server in these files has. */
export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

export class Process implements Server {
  readonly folder: string;
  readonly #launch: Launch;
  #ports: readonly number[] = [];
  #output = "";
  #pid: number | undefined;
  #kill: (signal: NodeJS.Signals) => Promise<void> = async () => {};
  #isOver: () => boolean = () => true;

  private constructor(launch: Launch, folder: string) {
    this.#launch = launch;
    this.folder = folder;
  }

  /** @throws Error with the server's last output if it ends or is not ready within a minute. */
  static async start(launch: Launch): Promise<Process> {
    const process = new Process(launch, await mkdtemp(join(tmpdir(), "pushmeter-server-")));
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

  /** The server's process, which another one replaces at a restart. Undefined if it never started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** The last characters of what it wrote since it was started. */
  get output(): string {
    return this.#output;
  }

  /** Ends the server and starts it again with its folder and its ports. */
  async restart(): Promise<void> {
    await this.#kill(this.#launch.signal ?? "SIGKILL");
    await this.#run();
  }

  async stop(): Promise<void> {
    await this.#kill("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A test in another process can take a port after it was found free: then other ports are tried. */
  async #startOnFreePorts(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.#ports = await freePorts(this.#launch.ports ?? 1);
      try {
        return await this.#run();
      } catch (error) {
        if (!/address already in use/.test(this.#output) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #run(): Promise<void> {
    const { file, args, env } = this.#launch;
    const command = [this.folder, `${process.pid}`, file, ...(await args(this.#ports, this.folder))];
    const child = spawn("sh", ["-c", GUARDED, "sh", ...command], {
      stdio: "pipe",
      env: { ...process.env, ...env },
    });
    this.#pid = child.pid;
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
    await this.#untilReady();
  }

  async #untilReady(): Promise<void> {
    const { file, ready = () => `${this.url}/-/ready`, readyStatus = 200 } = this.#launch;
    const url = ready(this.#ports);
    const answers = async () => (await statusOf(url)) === readyStatus;
    const isReady = async () => this.#isOver() || (await (this.#launch.isReady?.(this.folder) ?? answers()));
    try {
      await until(`${file} is ready`, isReady, Boolean, READY_DEADLINE);
      if (this.#isOver()) throw new Error(`${file} ended`);
    } catch (error) {
      await this.#kill("SIGKILL");
      throw new Error(`${error instanceof Error ? error.message : error}:\n${this.#output}`);
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

/**
 * Below the range from which systems choose ports for `listen(0)` and for outgoing connections: they take none of
 * these before the server does.
 */
const PORTS = [20_000, 32_768] as const;

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = PORTS[0] + Math.floor(Math.random() * (PORTS[1] - PORTS[0]));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    // In use.
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
