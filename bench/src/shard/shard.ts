/** Whether the largest shard fits into an object: memory, and the time of a heartbeat. */
import { all, atMost, type Bar, count, megabytes, seconds } from "../bars.ts";
import type { Progress, Result } from "../part.ts";
import { ANSWER, BOUNDS, INTERVAL, large, SETS } from "./large.ts";

/** Of 128 MB that the platform gives to all objects of an isolate. */
const MEMORY_LIMIT = 64_000_000;

export async function shard(progress: Progress): Promise<Result> {
  const { memory, peak, first, next, series, failures } = await large(progress);
  const bars: Bar[] = [
    atMost("shard: memory of 20,000 label sets", memory, MEMORY_LIMIT, megabytes),
    atMost("shard: a heartbeat of 20,000 label sets", next, INTERVAL, seconds),
    all("shard: pushes that failed", failures, 0),
  ];
  return {
    title: `The largest shard: ${count(SETS)} label sets of histograms with ${BOUNDS.length} bounds, ${count(series)} series in Prometheus`,
    rows: [
      ["heap", "at most", "first heartbeat, with all zeros", "each later one"],
      [megabytes(memory), megabytes(peak), seconds(first), seconds(next)],
    ],
    notes: [`The receiver takes ${ANSWER} ms for an answer. A heartbeat is due every ${seconds(INTERVAL)}.`],
    bars,
    data: { memory, peak, first, next, series, failures },
  };
}
