/**
 * `@pushmeter/aggregator/core`: merging and the heartbeat without a platform, for simulations and other hosts.
 * @module @pushmeter/aggregator/core
 */
export { type BeatClock, beatClock } from "./beat-clock.ts";
export { encodeCompact } from "./compact.ts";
export { Heartbeat, type HeartbeatOptions, type Push } from "./heartbeat.ts";
export { BadInput, type Batch, jobOf, type Kind, keyOf, type Metric, type Point } from "./model.ts";
export { decode, type Encoding, type OtlpEncoding, split } from "./otlp.ts";
export type { SavedSeries, Series, Value } from "./series.ts";
export { type BatchId, type Saved, Shard, type Target } from "./shard.ts";
export type { SavedEntry, Totals } from "./totals.ts";
