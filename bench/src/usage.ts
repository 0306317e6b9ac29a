/** What Linux tells of a process: CPU time and memory. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  /** ms, of all threads, in user mode and in the kernel. */
  readonly cpu: number;
  /** Resident bytes. */
  readonly memory: number;
}

let ticks: number | undefined;

/** @throws Error if there is no such process, or no /proc. */
export function usage(pid: number): Usage {
  ticks ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in brackets may have spaces; user and system time are the 14th and 15th fields.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpu = ((Number(fields[11]) + Number(fields[12])) / ticks) * 1000;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return { cpu, memory: Number(kilobytes) * 1024 };
}

/** This process's only workerd. Undefined where /proc does not tell. */
export function workerd(): Usage | undefined {
  try {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (isWorkerd(pid)) return usage(Number(pid));
    }
  } catch {
    // Another system.
  }
  return undefined;
}

function isWorkerd(pid: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return status.startsWith("Name:\tworkerd\n") && status.includes(`PPid:\t${process.pid}\n`);
  } catch {
    // A process that has just ended.
    return false;
  }
}
