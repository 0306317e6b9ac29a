/**
 * PromQL for series of instances that come and go: every rate is summed over them, never divided raw. Metric
 * names: DESIGN.md, "What is recorded".
 */

export const HTTP = "http_server_request_duration_seconds";
export const FAAS = "faas_invoke_duration_seconds";
export const PUSH = "pushmeter_push_duration_seconds";
export const DROPPED = "pushmeter_push_dropped_total";
export const AGGREGATOR_PUSHES = "pushmeter_aggregator_pushes_total";

/** A histogram that counts has the suffix if it is classic, and none if it is native. */
export const counts = (histogram: string) => [`${histogram}_count`, histogram];

/** At least four push intervals, from the data source's `timeInterval`: two samples would be too few. */
const RATE_INTERVAL = "$__rate_interval";
/** What the dashboard shows, for totals. */
export const WHOLE_RANGE = "$__range";

/** Long enough to span a receiver's absence: an increase across a gap is seen by no shorter window. */
export const LONG = "10m";

/** Endings that the service answers for. A client that goes away (`canceled`) is none of them. */
export const FAILED = 'outcome=~"server_error|exception|timeout"';
export const ROUTE = 'http_route=~"$route"';

/** The series of the chosen jobs and instances. */
export function chosen(metric: string, ...matchers: string[]): string {
  return `${metric}{${[...CHOSEN, ...matchers].join(", ")}}`;
}

const CHOSEN = ['job=~"$job"', 'instance=~"$instance"'];

/** The series of any of these metrics, by name. */
export function named(names: readonly string[], ...matchers: string[]): string {
  return `{${[`__name__=~"${names.join("|")}"`, ...CHOSEN, ...matchers].join(", ")}}`;
}

/** What only grows, and is summed once a function such as `rate` has been put around its series. */
export type Growing = (grow: (series: string) => string) => string;

export function counter(metric: string, ...matchers: string[]): Growing {
  return (grow) => grow(chosen(metric, ...matchers));
}

/**
 * How many observations a histogram has. One instance's is classic, another's native: the union of both is
 * summed, so that they add up while a service changes from one to the other.
 */
export function observations(histogram: string, ...matchers: string[]): Growing {
  return classicOrNative("count", histogram, matchers);
}

/** The sum of a histogram's observations. */
export function observed(histogram: string, ...matchers: string[]): Growing {
  return classicOrNative("sum", histogram, matchers);
}

function classicOrNative(part: "count" | "sum", histogram: string, matchers: string[]): Growing {
  return (grow) =>
    `${grow(chosen(`${histogram}_${part}`, ...matchers))} or ` +
    `histogram_${part}(${grow(chosen(histogram, ...matchers))})`;
}

/**
 * A classic histogram's buckets, or native histograms, as the variable `histograms` says: by their name's end. To
 * be summed by `le`, which native ones do not have. Prometheus answers nothing where both meet in one sum.
 */
export function buckets(histogram: string, ...matchers: string[]): Growing {
  return (grow) => grow(named([`${histogram}\${histograms}`], ...matchers));
}

/** Per second, summed; `by` holds label names. */
export function rate(growing: Growing, by = ""): string {
  return `${sum(by)} (${growing((series) => `rate(${series}[${RATE_INTERVAL}])`)})`;
}

export function perMinute(growing: Growing, by = ""): string {
  return `60 * ${rate(growing, by)}`;
}

/** Since the start of what is shown. Biased upwards for instances with few pushes (at most half of a push interval). */
export function total(growing: Growing, by = ""): string {
  return increase(growing, by, WHOLE_RANGE);
}

/** Per minute, averaged over a window that spans gaps. */
export function perMinuteAcrossGaps(growing: Growing, by = ""): string {
  return `${increase(growing, by, LONG)} / ${Number.parseInt(LONG, 10)}`;
}

function increase(growing: Growing, by: string, window: string): string {
  return `${sum(by)} (${growing((series) => `increase(${series}[${window}])`)})`;
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
  return `histogram_quantile(${q}, ${rate(buckets(histogram, ...matchers), byBucket(by))})`;
}

/** The same of all that is shown. */
export function quantileOfTotal(
  q: number,
  histogram: string,
  matchers: readonly string[] = [],
  by = "",
): string {
  return `histogram_quantile(${q}, ${total(buckets(histogram, ...matchers), byBucket(by))})`;
}

/** The same of ten minutes. */
export function quantileAcrossGaps(q: number, histogram: string): string {
  return `histogram_quantile(${q}, ${increase(buckets(histogram), byBucket(""), LONG)})`;
}

function byBucket(by: string): string {
  return ["le", ...(by ? [by] : [])].join(", ");
}

function sum(by: string): string {
  return by ? `sum by (${by})` : "sum";
}
