/** `pushmeter dev` as a process of its own, as npm links it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "@pushmeter/testkit/servers/process";

const COMMAND = join(import.meta.dirname, "../../packages/cli/bin/pushmeter.js");

/** What these tests read of a snapshot. */
export interface Seen {
  readonly requests: number;
  readonly instances: { readonly live: number; readonly born: number; readonly ended: number };
  readonly pushes: { readonly accepted: number; readonly refused: number };
  readonly series: number;
  readonly evicted: number;
}

/** @param args - further arguments. */
export function startDev(...args: readonly string[]): Promise<Process> {
  return Process.start({
    file: process.execPath,
    args: ([port]) => [COMMAND, "dev", "--port", `${port}`, ...args],
  });
}

/** In a terminal of that size; what it shows is in the file `typescript` of its folder. Needs util-linux's `script`. */
export function startDevInTerminal(columns: number, rows: number): Promise<Process> {
  return Process.start({
    file: "script",
    args: ([port], folder) => {
      const command = `stty cols ${columns} rows ${rows}; exec ${process.execPath} ${COMMAND} dev --port ${port}`;
      return ["-qfc", command, join(folder, "typescript")];
    },
  });
}

export async function seen(url: string): Promise<Seen> {
  return (await (await fetch(`${url}/live/snapshot`)).json()) as Seen;
}

/** The most memory that a process has had at once, bytes: Linux. */
export async function mostMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
