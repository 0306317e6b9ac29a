/** `@pushmeter/aggregator/core`: merging and the heartbeat without a platform, for simulations and other hosts. */
export { type BeatClock, beatClock } from "./beat-clock.ts";
export { encodeCompact } from "./compact.ts";
export { Heartbeat, type HeartbeatOptions, type Push } from "./heartbeat.ts";
export { BadInput, type Batch, jobOf, keyOf } from "./model.ts";
export { decode, type Encoding, type OtlpEncoding, split } from "./otlp.ts";
export { type BatchId, Shard, type Target } from "./shard.ts";
