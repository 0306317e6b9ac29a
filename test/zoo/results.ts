/** What the runs of a fault test came to: kept in a file, so that a later command goes on where this one ends. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import type { Outcome } from "./run.ts";

export interface Result {
  readonly receiver: string;
  readonly wire: Wire;
  readonly schedule: string;
  /** The schedule's line in the table. */
  readonly line: string;
  /** Absent: the receiver or the test itself failed. */
  readonly outcome?: Outcome | undefined;
}

type Key = Pick<Result, "receiver" | "wire" | "schedule">;

const keyOf = ({ receiver, wire, schedule }: Key) => JSON.stringify([receiver, wire, schedule]);

export class Results {
  readonly #file: string | undefined;
  readonly #results = new Map<string, Result>();

  /** @param file - a line of JSON for each run; absent: they are kept in memory only. */
  constructor(file: string | undefined) {
    this.#file = file;
    if (!file || !existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const result = JSON.parse(line) as Result;
      this.#results.set(keyOf(result), result);
    }
  }

  has(key: Key): boolean {
    return this.#results.has(keyOf(key));
  }

  add(result: Result): void {
    this.#results.set(keyOf(result), result);
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }

  all(): Result[] {
    return [...this.#results.values()];
  }
}
