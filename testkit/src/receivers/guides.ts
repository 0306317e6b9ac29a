/** What users have to know of each receiver: docs/receivers.md is made of it. */
import type { Kind } from "./zoo.ts";

export interface Guide {
  readonly name: string;
  /** Of which kinds it is the guide: the beginning of their names. */
  readonly kinds: readonly string[];
  /** The `url` of each destination. */
  readonly urls: Readonly<Partial<Record<"remoteWrite" | "otlp" | "pushgateway", string>>>;
  /** Which options to set, and which to leave out. */
  readonly options: string;
  /** Settings of the receiver's own. */
  readonly settings: readonly string[];
  /** What it refuses, and how that is seen. */
  readonly limits: readonly string[];
  /** What it loses behind an answer that says that everything is stored: a sender cannot see it. */
  readonly own: readonly string[];
  /** Queries whose growth is exact. */
  readonly growth: string;
}

const SUBTRACT = "`last_over_time(x[1h]) - (last_over_time(x[1h] offset 5m) or 0 * last_over_time(x[1h]))`";
const HOUR =
  "A sample more than an hour older than the newest of the whole server, or more than 10 minutes ahead of its clock, " +
  "is refused (400).";

export const GUIDES: readonly Guide[] = [
  {
    name: "Prometheus",
    kinds: ["Prometheus 2", "Prometheus 3"],
    urls: {
      remoteWrite: "http://prometheus:9090/api/v1/write",
      otlp: "http://prometheus:9090/api/v1/otlp/v1/metrics",
    },
    options:
      "Leave `protocol` out: 2.0 is tried first, 1.0 where the server does not speak it (2.42 and 2.53). `histograms: nativeHistograms()` needs 3.8, or `--enable-feature=native-histograms` before.",
    settings: [
      "`--web.enable-remote-write-receiver`; without it every push gets 404. Put a proxy with authentication in front: Prometheus asks for no credentials by default.",
      "For OTLP `--web.enable-otlp-receiver` (3.0 or later; Debian's build does not have it).",
      "`--enable-feature=st-storage` and `created-timestamp-zero-ingestion` are not needed: pushmeter sends the zeros itself. With them nothing counts double.",
      "`storage.tsdb.out_of_order_time_window` is not needed. With it late copies of old requests are stored at their own times.",
      "Agent mode (`--agent`) takes pushes and passes them on.",
    ],
    limits: [
      HOUR,
      "2.42 takes samples from any future, and then refuses everything older, of all senders, for as long: one instance whose clock is a day ahead silences the server. Use 3.x.",
      "3.15 with `created-timestamp-zero-ingestion` does the same when a counter begins while an instance's clock is ahead: it does not check the time of the zero that it makes of the start. Leave that feature off: pushmeter sends the zeros.",
    ],
    own: [
      "Agent mode passes on nothing that is older than its own start, and nothing that waits in memory when it is killed before it has written it.",
      "Over OTLP a counter's first value is not in `increase`, but where `--enable-feature=created-timestamp-zero-ingestion` makes zeros of starts (3.15).",
    ],
    growth: `From 3.16 on \`increase(x[5m] anchored)\`; in 3.15 it needs \`--enable-feature=promql-extended-range-selectors\`. Before: ${SUBTRACT}.`,
  },
  {
    name: "VictoriaMetrics and vmagent",
    kinds: ["VictoriaMetrics", "vmagent"],
    urls: {
      remoteWrite: "http://victoria-metrics:8428/api/v1/write",
      otlp: "http://victoria-metrics:8428/opentelemetry/v1/metrics",
    },
    options:
      'Leave `protocol` out, or set `"1.0"` to spare the first request: it does not speak 2.0. vmagent: port 8429.',
    settings: [
      "For OTLP `-opentelemetry.usePrometheusNaming`; without it names and labels keep their dots.",
      "vmagent before Prometheus: `-remoteWrite.forcePromProto` and `-remoteWrite.queues=1`; more queues send a series' samples out of order.",
    ],
    limits: ["It takes anything in any order up to two days ahead; the last value of a time wins."],
    own: [
      "vmagent answers 204 before it passes on. What the next server refuses with 400 it drops: watch `vmagent_remotewrite_packets_dropped_total`. The totals that pushmeter sends next make up for it; a zero that was dropped does not come again, nor does what came with a clock that was more than ten minutes ahead.",
      "What vmagent or VictoriaMetrics has taken within the last second is lost if it is killed rather than ended.",
      "Over OTLP it makes no zeros.",
    ],
    growth:
      "`increase(x[5m])` is exact there as it is. Never `rate`: it is the slope between the last two samples.",
  },
  {
    name: "Grafana Mimir and Grafana Cloud",
    kinds: ["Mimir", "Grafana Cloud"],
    urls: {
      remoteWrite: "http://mimir:8080/api/v1/push",
      otlp: "http://mimir:8080/otlp/v1/metrics",
    },
    options:
      'Leave `protocol` out. The tenant goes into `auth: { headers: { "X-Scope-OrgID": … } }`. Grafana Cloud: the URL of the stack\'s Prometheus, `auth: { basic: { username: instance id, password: token } }`.',
    settings: [
      "`-query-frontend.enabled-promql-extended-range-selectors=all` for exact growth.",
      "`native_histograms_ingestion_enabled: true` for `histograms: nativeHistograms()`.",
    ],
    limits: [
      "A series over `max_global_series_per_user` (Grafana Cloud: 150,000) is refused (400), the rest of the request is stored.",
      "A label value over 2,048 bytes is refused (400); Grafana Cloud cuts it and appends a hash.",
      "More samples a second than `ingestion_rate` (10,000): 429 with Retry-After. A request larger than `ingestion_burst_size` (200,000) never gets through whole.",
      HOUR,
      "Grafana Cloud takes samples out of order for two hours.",
    ],
    own: [
      "Native histograms while they are switched off: the answer is 200, counts them, and nothing is stored.",
      "Over OTLP no zeros (`-distributor.otel-created-timestamp-zero-ingestion-enabled` adds them) and no `_total`.",
    ],
    growth: "`increase(x[5m] anchored)` where the setting above is on.",
  },
  {
    name: "Cortex and Amazon Managed Service for Prometheus",
    kinds: ["Cortex"],
    urls: {
      remoteWrite: "http://cortex:9009/api/v1/push",
      otlp: "http://cortex:9009/api/v1/otlp/v1/metrics",
    },
    options:
      'Leave `protocol` out: 2.0 is off by default (`distributor.remote_writev2_enabled`), and 1.0 is as exact. Amazon: `auth: { sigv4: sigv4({ service: "aps", … }) }` and the workspace\'s `…/api/v1/remote_write`.',
    settings: ["`enable_native_histograms: true` (a tenant's limit) for `histograms: nativeHistograms()`."],
    limits: [
      "A series over `max_series_per_user` is refused (400), the rest of the request is stored.",
      "A label value over 2,048 bytes is refused (400).",
      "More samples a second than `ingestion_rate`: 429 without Retry-After; with 2.0 metadata counts as well, which makes 1.6 times as many.",
      HOUR,
    ],
    own: [
      "Native histograms while they are switched off: the answer is 200, counts them, and nothing is stored.",
      "OTLP deltas beside a gauge: 200, and nothing of the deltas is stored. Leave `temporality` at `cumulative`.",
      "Over OTLP no zeros.",
    ],
    growth: `${SUBTRACT}; it does not know \`anchored\`.`,
  },
  {
    name: "Thanos",
    kinds: ["Thanos"],
    urls: {
      remoteWrite: "http://thanos-receive:19291/api/v1/receive",
      otlp: "http://thanos-receive:19291/api/v1/otlp",
    },
    options:
      'Leave `protocol` out, or set `"1.0"` to spare the first request: it answers 2.0 with 200 and stores nothing. The tenant goes into `auth: { headers: { "THANOS-TENANT": … } }`. The OTLP path has no `/v1/metrics`.',
    settings: [
      "`--tsdb.too-far-in-future.time-window=10m`; without it one instance whose clock is ahead makes it refuse everything older, of all senders.",
      "`--tsdb.enable-native-histograms` for `histograms: nativeHistograms()`.",
    ],
    limits: [
      "A sample more than an hour older than the newest, out of order, or with another value for its time is refused with 409; the rest of the request is stored.",
      "Limits on requests answer 413, the head's series limit 429: then nothing is stored.",
    ],
    own: ["Over OTLP no zeros.", "Its `resets` says 0 of a real reset."],
    growth: `${SUBTRACT}; it does not know \`anchored\`.`,
  },
  {
    name: "Pushgateway",
    kinds: ["Pushgateway"],
    urls: { pushgateway: "http://pushgateway:9091" },
    options: "`url` is its root. `grouping` adds labels to the group besides `job` and `instance`.",
    settings: [
      "Prometheus has to scrape it with `honor_labels: true`.",
      "gzip needs 1.5; set `gzip: false` before.",
    ],
    limits: [
      "One metric name with two types, in whatever groups, is refused (400), and with it the whole push.",
      "It never deletes a group: `deleteOnShutdown: true`, or a job that does.",
    ],
    own: [
      "A group's first scrape has no zero before it: the first value of each instance is not in `increase`.",
      "A push that arrives late replaces a newer one until the next push: the protocol has no order.",
      "What came between two scrapes is seen as one value.",
    ],
    growth: SUBTRACT,
  },
  {
    name: "OpenTelemetry Collector",
    kinds: ["Collector"],
    urls: { otlp: "http://collector:4318/v1/metrics" },
    options: "Leave `temporality` out: totals pass through as they are.",
    settings: [
      "Exporter `prometheus_remote_write` with one request at a time (`max_batch_request_parallelism: 1`); more send a series' samples out of order.",
    ],
    limits: ["It has none for each series; what the next server refuses, see below."],
    own: [
      "It answers 200 before it passes on. What the next server refuses it drops: watch `otelcol_exporter_send_failed_metric_points`. The totals that pushmeter sends next make up for it, except for what came with a clock that was more than ten minutes ahead.",
      "It makes no zeros: the first value of each instance is not in `increase`.",
      "What waits in memory is lost if it is killed rather than ended.",
    ],
    growth: SUBTRACT,
  },
];

/** The kinds that a guide is about. */
export const kindsOf = (guide: Guide, kinds: readonly Kind[]): Kind[] =>
  kinds.filter(({ name }) => guide.kinds.some((start) => name.startsWith(start)));
