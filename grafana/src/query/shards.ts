/** PromQL for the shards of aggregators: which are there, which are silent, and how full they are. */
import {
  AGGREGATOR_BATCHES,
  AGGREGATOR_MEMORY,
  AGGREGATOR_PUSHES,
  AGGREGATOR_SERIES,
  SHARD_BYTES,
  SHARD_SERIES,
} from "../names.ts";
import { counter } from "./growing.ts";
import { ALIVE, type Queries } from "./queries.ts";

/** Recorded by `rules/aggregator.ts` per silent shard: since when, seconds since the epoch. */
export const SILENT_SHARDS = "instance:pushmeter_aggregator_silent_since:timestamp_seconds";

/** A shard sleeps, and its series end, ten minutes after its last batch. */
const SLEEPS_AFTER = "10m";

/** One series per shard that was pushed or scraped within five minutes. */
export function liveShards(q: Queries): string {
  return `group by (job, instance) (last_over_time(${q.select(AGGREGATOR_PUSHES)}[${ALIVE}]))`;
}

/** Shards whose series stopped less than ten minutes after a batch: they cannot have gone to sleep. */
export function silentShards(q: Queries): string {
  const batches = q.growth(counter(AGGREGATOR_BATCHES), "job, instance", SLEEPS_AFTER);
  return `(${batches}) > 0 unless on (job, instance) ${liveShards(q)}`;
}

/** The part of its limits that a shard uses: of its memory or of its series, whichever is more. */
export function fullness(q: Queries): string {
  const part = (metric: string, most: number) => `max by (job, instance) (${q.select(metric)}) / ${most}`;
  const [memory, series] = [part(AGGREGATOR_MEMORY, SHARD_BYTES), part(AGGREGATOR_SERIES, SHARD_SERIES)];
  return `(${memory} >= ${series} or ${series})`;
}
