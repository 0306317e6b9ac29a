/**
 * `@pushmeter/aggregator/core`: a shard without a platform, for simulations and other hosts.
 * @module @pushmeter/aggregator/core
 */
export { encodeCompact } from "./compact.ts";
export type { Exemplar } from "./exemplars.ts";
export { ShardHost } from "./host.ts";
export type { Alarm, HostOptions } from "./host-options.ts";
export { type Message, type Packed, type Reply, type Status, VERSION } from "./message.ts";
export {
  attributesOf,
  BadInput,
  type Batch,
  jobOf,
  type Kind,
  type Metric,
  type Point,
  type Value,
} from "./model.ts";
export { decode, type Encoding, type OtlpEncoding } from "./otlp.ts";
export type { BatchId, Target } from "./shard.ts";
export { LARGEST_VALUE, MemoryStore, type Row, type Store, type Stored } from "./store.ts";
export { TimerAlarm } from "./timer-alarm.ts";
