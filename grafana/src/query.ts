/**
 * PromQL for series of instances that come and go: every rate is summed over them, never divided raw. Metric
 * names: DESIGN.md, "What is recorded".
 */

export const HTTP = "http_server_request_duration_seconds";
export const FAAS = "faas_invoke_duration_seconds";
export const PUSH = "pushmeter_push_duration_seconds";

/** Every instance has at least one of them. */
const COUNTS = [`${HTTP}_count`, `${FAAS}_count`];

/** At least four push intervals, from the data source's `timeInterval`: two samples would be too few. */
export const RATE_INTERVAL = "$__rate_interval";
/** What the dashboard shows, for totals. */
export const WHOLE_RANGE = "$__range";

/** Long enough to span a receiver's absence: an increase across a gap is seen by no shorter window. */
export const LONG = "10m";

/** Endings that the service answers for. A client that goes away (`canceled`) is none of them. */
export const FAILED = 'outcome=~"server_error|exception|timeout"';
export const ROUTE = 'http_route=~"$route"';

/** Prometheus forgets a series this long after its last sample, seconds; a Pushgateway never does. */
const LOOKBACK = 300;

/** The series of the chosen jobs and instances. */
export function chosen(metric: string, ...matchers: string[]): string {
  return `${metric}{${['job=~"$job"', 'instance=~"$instance"', ...matchers].join(", ")}}`;
}

/** Per second, summed; `by` holds label names. */
export function rate(series: string, by = ""): string {
  return `${sum(by)} (rate(${series}[${RATE_INTERVAL}]))`;
}

/** Since the start of what is shown. Biased upwards for instances with few pushes (at most half of a push interval). */
export function total(series: string, by = ""): string {
  return `${sum(by)} (increase(${series}[${WHOLE_RANGE}]))`;
}

/** Per minute, averaged over a window that spans gaps. */
export function perMinuteAcrossGaps(series: string, by = ""): string {
  return `${sum(by)} (increase(${series}[${LONG}])) / ${Number.parseInt(LONG, 10)}`;
}

/** The part of `all` that is in `some`; zero, not nothing, when none is. */
export function share(some: string, all: string, by = ""): string {
  const zero = by ? `0 * ${all}` : "vector(0)";
  return `(${some} or ${zero}) / ${all}`;
}

/** A series "none" at zero while there is nothing else: no news is drawn, not left out. */
export function orNone(expr: string, label: string): string {
  return `${expr} or on () label_replace(vector(0), "${label}", "none", "", "")`;
}

/** A latency below which a part `q` of the invocations stayed, seconds. */
export function quantile(q: number, histogram: string, matchers: readonly string[] = [], by = ""): string {
  const labels = ["le", ...(by ? [by] : [])].join(", ");
  return `histogram_quantile(${q}, ${rate(chosen(`${histogram}_bucket`, ...matchers), labels)})`;
}

/** One series per instance that has pushed lately, on every wire. */
export function liveInstances(): string {
  // A Pushgateway repeats what an instance said last for ever; only the time of the push tells.
  return (
    `(group by (job, instance) (${seen()})` +
    ` unless on (job, instance) (time() - ${chosen("push_time_seconds")} > ${LOOKBACK}))`
  );
}

/** Those of them that were not there five minutes ago. */
export function newInstances(): string {
  return `(${liveInstances()} unless group by (job, instance) (${seen(` offset ${LOOKBACK}s`)}))`;
}

/** Seconds since a job's youngest push, by Pushgateway, or sample, by any other wire. */
export function sinceLastPush(): string {
  const sampled = COUNTS.map((name) => `timestamp(${chosen(name)})`).join(" or ");
  return (
    `time() - max by (job) (${chosen("push_time_seconds")}` +
    ` or on (job, instance) max by (job, instance) (${sampled}))`
  );
}

function seen(modifier = ""): string {
  return COUNTS.map((name) => chosen(name) + modifier).join(" or ");
}

function sum(by: string): string {
  return by ? `sum by (${by})` : "sum";
}
