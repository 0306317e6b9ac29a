/** Whether the largest shard fits into an object: memory, and the time of a heartbeat. */
import { join } from "node:path";
import { all, atMost, count, megabytes, seconds } from "../bars.ts";
import { inChild } from "../child.ts";
import type { Progress, Result } from "../part.ts";
import { ANSWER, INTERVAL, type Large, SETS } from "./large.ts";

/** What the platform gives to all objects of an isolate, and how much of it the totals may keep, bytes. */
const ISOLATE = 128_000_000;
const MEMORY_LIMIT = 64_000_000;
/** MiB: V8 ends the process if what is in use does not fit. */
const HEAP = 96;

export async function shard(progress: Progress): Promise<Result> {
  const file = join(import.meta.dirname, "large-shard.ts");
  const flags = ["--expose-gc", `--max-old-space-size=${HEAP}`];
  const large = await inChild<Large>(file, { flags, progress });
  const { memory, peak, first, next, series, failures } = large;
  return {
    title: `The largest shard: ${count(SETS)} label sets of histograms with 15 bounds, ${count(series)} series in Prometheus`,
    rows: [
      ["", "heap kept", "at most", "first heartbeat", "later ones"],
      [
        `${count(SETS)} label sets, ${count(series)} series`,
        megabytes(memory),
        megabytes(peak),
        seconds(first),
        seconds(next),
      ],
    ],
    notes: [
      `Histograms with 15 bounds, in a process of Node.js with a heap of ${HEAP} MiB. The first heartbeat has all zeros besides.`,
      `The receiver takes ${ANSWER} ms for an answer. A heartbeat is due every ${seconds(INTERVAL)}.`,
    ],
    bars: [
      atMost(`shard: memory that ${count(SETS)} label sets keep`, memory, MEMORY_LIMIT, megabytes),
      atMost(`shard: memory of ${count(SETS)} label sets and a heartbeat`, peak, ISOLATE, megabytes),
      atMost(`shard: a heartbeat at ${ANSWER} ms an answer`, next, INTERVAL, seconds),
      all("shard: pushes that failed", failures, 0),
    ],
    data: large,
  };
}
