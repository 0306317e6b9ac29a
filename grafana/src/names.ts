/** Names in Prometheus of the metrics that the product emits. Those of the SDK come from its own table. */
import * as sdk from "@pushmeter/sdk/adapter";
import { metricName } from "@pushmeter/sdk/prometheus";

export const HTTP = metricName(sdk.REQUESTS, "s", "histogram");
export const FAAS = metricName(sdk.INVOCATIONS, "s", "histogram");
export const COLD_STARTS = metricName(sdk.COLD_STARTS, "{coldstart}", "counter");
export const INIT = "faas_init_duration_seconds";
export const RECORDS = "faas_records_total";
/** Of `tailMeter`, which records nothing else that others do not record, too. */
export const CPU_TIME = "faas_cpu_time_seconds";
/** Histograms of what handlers wait for. */
export const OPERATIONS = [
  "http.client.request.duration",
  "db.client.operation.duration",
  "messaging.client.operation.duration",
  "rpc.client.call.duration",
  "gen_ai.client.operation.duration",
]
  .map((name) => metricName(name, "s", "histogram"))
  .join("|");
export const PUSH = metricName(sdk.PUSHES, "s", "histogram");
export const DROPPED = metricName(sdk.DROPPED, "{point}", "counter");
export const AGGREGATOR_PUSHES = "pushmeter_aggregator_pushes_total";
export const AGGREGATOR_BATCHES = "pushmeter_aggregator_batches_total";
export const AGGREGATOR_REJECTED = "pushmeter_aggregator_rejected_total";
export const AGGREGATOR_REFUSED = "pushmeter_aggregator_refused_total";
export const AGGREGATOR_OVERFLOW = "pushmeter_aggregator_overflow_total";
export const AGGREGATOR_SET_ASIDE = "pushmeter_aggregator_set_aside_total";
export const AGGREGATOR_INSTANCES = "pushmeter_aggregator_instances";
export const AGGREGATOR_SERIES = "pushmeter_aggregator_series";
export const AGGREGATOR_MEMORY = "pushmeter_aggregator_memory_bytes";
export const AGGREGATOR_LAST_PUSH = "pushmeter_aggregator_last_push_timestamp_seconds";
/**
 * An aggregator that pushes may be scraped as well, to see it while its pushes fail. The scrape's configuration in
 * docs/aggregator-server.md gives its samples a label, so that they are series beside the pushed ones.
 */
export const SCRAPED = 'scraped!=""';
/** What counts must not count twice. */
export const NOT_SCRAPED = 'scraped=""';
/** Limits of one shard: packages/aggregator/src/core/series-table.ts. */
export const SHARD_SERIES = 400_000;
export const SHARD_BYTES = 48_000_000;
export const TARGET_INFO = "target_info";
/** A Pushgateway adds it to every group: when the group was last pushed, seconds since the epoch. */
export const PUSH_TIME = "push_time_seconds";

/** The names under which a histogram's observations are counted: classic, and native. */
export const counts = (histogram: string) => [`${histogram}_count`, histogram];

/** Every instance that served something has at least one of these series. */
export const SIGNS_OF_LIFE = [HTTP, FAAS].flatMap(counts);

/** Bounds of `http.server.request.duration`, seconds: OpenTelemetry's semantic conventions 1.44. */
export const HTTP_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** A failed push. */
export const NOT_STORED = 'result!="success"';
