/** `@pushmeter/aggregator/core`: merging and the heartbeat without a platform, for simulations and other hosts. */
export { Heartbeat, type HeartbeatOptions, type Push } from "./heartbeat.ts";
export { BadInput, type Batch, jobOf } from "./model.ts";
export { decode, type Encoding, split } from "./otlp.ts";
export { type BatchId, Shard, type Target } from "./shard.ts";
