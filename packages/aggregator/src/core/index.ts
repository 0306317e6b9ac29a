/**
 * `@pushmeter/aggregator/core`: a shard without a platform, for simulations and other hosts.
 * @module @pushmeter/aggregator/core
 */
export { encodeCompact } from "./compact.ts";
export type { SavedDigests } from "./digests.ts";
export type { Conflict } from "./families.ts";
export { type Alarm, type HostOptions, ShardHost } from "./host.ts";
export { type Message, type Reply, type Status, VERSION } from "./message.ts";
export { BadInput, type Batch, jobOf, type Kind, type Metric, type Point, type Value } from "./model.ts";
export { decode, type Encoding, type OtlpEncoding, split } from "./otlp.ts";
export type { SavedSender } from "./senders.ts";
export type { FamilyInfo, SavedSeries, Series } from "./series.ts";
export type { SavedSeriesRecord, SeriesTable } from "./series-table.ts";
export {
  type BatchId,
  type OwnPoint,
  type SavedRecord,
  Shard,
  type ShardState,
  type Target,
} from "./shard.ts";
export { LARGEST_VALUE, MemoryStore, type Row, type Store, type Stored } from "./store.ts";
export { TimerAlarm } from "./timer-alarm.ts";
