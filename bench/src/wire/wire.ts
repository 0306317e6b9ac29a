/** Remote write's cost: time to encode and compress, bytes per series, memory, beside peers and other formats. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "@pushmeter/testkit/statistics";
import { atLeast, atMost, megabytes, times as ratioOf } from "../bars.ts";
import type { Progress, Result } from "../part.ts";
import { CONTENDERS, type Encode, PEER, RW1, RW2 } from "./formats.ts";
import { recorded, SERIES_PER_SET } from "./workload.ts";

const SETS = Math.ceil(1000 / SERIES_PER_SET);
const SERIES = SETS * SERIES_PER_SET;
const WARMUP = 50;
const ROUNDS = 200;
const FASTER = 3;
const SMALLER = 0.5;
const MEMORY = 50e6;
/** With these flags no garbage is collected while the push is measured. */
const MEMORY_FLAGS = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];

interface Row {
  readonly name: string;
  /** ms, one for each round. */
  readonly times: readonly number[];
  /** Bytes per series, of a first push and of a later one. */
  readonly first: number;
  readonly later: number;
  /** Bytes that a first push of 10,000 series allocates. */
  readonly memory: number;
}

export async function wire(progress: Progress): Promise<Result> {
  const metrics = await recorded(SETS);
  const encoders = new Map<string, Encode>();
  for (const [name, make] of Object.entries(CONTENDERS)) encoders.set(name, await make(metrics));
  const times = new Map(Object.keys(CONTENDERS).map((name) => [name, [] as number[]]));
  const first = new Map<string, number>();
  const later = new Map<string, number>();
  // All contenders in each round, so that a disturbance hits all of them.
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    progress(`round ${round + 1} of ${WARMUP + ROUNDS}`);
    for (const [name, encode] of encoders) {
      const start = performance.now();
      const size = await encode();
      if (round >= WARMUP) times.get(name)?.push(performance.now() - start);
      if (round === 0) first.set(name, size / SERIES);
      later.set(name, size / SERIES);
    }
  }
  const rows: Row[] = [];
  for (const name of encoders.keys()) {
    progress(`memory of ${name}`);
    rows.push({
      name,
      times: times.get(name) ?? [],
      first: first.get(name) ?? Number.NaN,
      later: later.get(name) ?? Number.NaN,
      memory: await memoryOf(name),
    });
  }
  return result(rows);
}

async function memoryOf(contender: string): Promise<number> {
  const args = [...MEMORY_FLAGS, join(import.meta.dirname, "memory.ts"), contender];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

function result(rows: readonly Row[]): Result {
  const named = (name: string) => rows.find((row) => row.name === name) as Row;
  const [two, one, peer] = [named(RW2), named(RW1), named(PEER)];
  const ratio = ({ times }: Row) => median(times) / median(two.times);
  return {
    title: `Encoding and compressing ${SERIES} series of histograms, labels known`,
    rows: [
      ["", "median", "of 2.0", "bytes per series, first push", "later", "10,000 series allocate"],
      ...rows.map((row) => [
        row.name,
        `${median(row.times).toFixed(2)} ms`,
        ratioOf(ratio(row)),
        row.first.toFixed(1),
        row.later.toFixed(1),
        megabytes(row.memory),
      ]),
    ],
    notes: [
      "A first push has a sample of zero for every series; 2.0 sends start timestamps besides.",
      "Allocated by a first push, what is free again before it ends included.",
    ],
    bars: [
      atLeast(`wire: times faster than ${peer.name}`, ratio(peer), FASTER),
      atMost("wire: bytes of a first push, 2.0 of 1.0", two.first / one.first, SMALLER, ratioOf),
      atMost("wire: bytes of a later push, 2.0 of 1.0", two.later / one.later, SMALLER, ratioOf),
      atMost("wire: memory for a push of 10,000 series", two.memory, MEMORY, megabytes),
    ],
    data: rows,
  };
}
