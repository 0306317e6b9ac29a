/** The processes of one environment: the runtime, and the programs of a layer's `extensions`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { FrozenClock } from "./frozen-clock.ts";

export interface Usage {
  /** Time of all threads on a CPU, ms. */
  readonly cpu: number;
  /** MB. */
  readonly rss: number;
}

export class Processes {
  readonly #clock: FrozenClock | undefined;
  readonly #children: ChildProcess[] = [];
  #output = "";

  constructor(clock: FrozenClock | undefined) {
    this.#clock = clock;
  }

  /** The end of what they have printed. */
  get output(): string {
    return this.#output;
  }

  spawn(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>): ChildProcess {
    const [program = "", ...args] = command;
    const child = spawn(program, args, {
      cwd,
      env: { ...env, ...this.#clock?.variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output = (this.#output + chunk).slice(-16_384);
      });
    }
    // A program that cannot be started: its exit is reported as for any other.
    child.on("error", (error) => {
      this.#output += error;
    });
    this.#children.push(child);
    return child;
  }

  freeze(): void {
    for (const child of this.#children) child.kill("SIGSTOP");
    this.#clock?.freeze();
  }

  /** @param longer - see `FrozenClock`. */
  thaw(longer = 0): void {
    this.#clock?.thaw(longer);
    for (const child of this.#children) child.kill("SIGCONT");
  }

  /** Waits until the process has exited, and kills it after `ms`. */
  async ended(child: ChildProcess, ms: number): Promise<void> {
    if (!isAlive(child)) return;
    const exited = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    await exited;
    clearTimeout(timer);
  }
}

export function isAlive(child: ChildProcess | undefined): child is ChildProcess {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** What a process has used so far, as Linux counts it. */
export async function usageOf({ pid }: ChildProcess): Promise<Usage> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8")),
  );
  const nanoseconds = times.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0);
  return { cpu: nanoseconds / 1e6, rss: await rssOf(pid) };
}

/** MB. */
export async function rssOf(pid: number | undefined): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes ?? 0) / 1000;
}
