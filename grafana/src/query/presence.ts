/** PromQL for what is there and what is silent: services, instances, the receiver. */
import { AGGREGATOR_PUSHES, counts, FAAS, HTTP, PUSH, PUSH_TIME, SIGNS_OF_LIFE } from "../names.ts";
import { counter, type Growing, observations } from "./growing.ts";
import { ALIVE, type Queries, WHOLE_RANGE } from "./queries.ts";

/** Recorded by `rules/presence.ts`, for silences that are longer than Prometheus looks back. */
export const LAST_PUSH = "job:pushmeter_last_push:timestamp_seconds";
export const SILENT_AFTER = "job:pushmeter_silent_after:seconds";

/** Seconds without a push before one asks why. */
export const QUIET = 60;
/** Without a push for so long a service that usually pushes is silent. */
export const SILENT = 300;
/** The receiver was not there, or could not. */
const NOT_REACHED = 'result=~"unreachable|timeout|unavailable"';
/** Long enough to span a receiver's absence. */
const LONG = "10m";

/** What `state` answers; a failing service has the part of failed requests added, so that the worst is greatest. */
export const STATE = { live: 0, quiet: 1, failing: 2, silent: 3 } as const;
/** What `receiverReached` answers. */
export const REACH = { notReached: 0, reached: 1, silent: 2 } as const;

/** One series per instance that has pushed within five minutes, on every wire. */
export function liveInstances(q: Queries, offset = ""): string {
  // A Pushgateway repeats what an instance said last for ever; only the time of the push tells.
  const seen = `last_over_time(${q.selectAny(SIGNS_OF_LIFE)}[${ALIVE}]${offset && ` offset ${offset}`})`;
  return (
    `(group by (job, instance) (${seen})` +
    ` unless on (job, instance) (time() - ${q.select(PUSH_TIME)} > ${SILENT}))`
  );
}

/** Those of them that were not there five minutes ago. */
export function newInstances(q: Queries): string {
  return `(${liveInstances(q)} unless group by (job, instance) (last_over_time(${q.selectAny(SIGNS_OF_LIFE)}[${ALIVE}] offset ${ALIVE})))`;
}

/** When a job's youngest push was, by Pushgateway, or its youngest sample, by any other wire. */
export function lastPush(q: Queries): string {
  const sampled = `max by (job, instance) (timestamp(${q.selectAny(SIGNS_OF_LIFE)}))`;
  return `max by (job) (${q.select(PUSH_TIME)} or on (job, instance) ${sampled})`;
}

/** Seconds since a job's youngest push; for ever where rules record it, else as far as Prometheus looks back. */
export function sinceLastPush(q: Queries): string {
  return `time() - (${lastPush(q)} or on (job) ${LAST_PUSH}{job=~"$job"})`;
}

/** Services that have pushed within five minutes, or within three times their longest gap of the last day. */
export function alive(q: Queries): string {
  const since = sinceLastPush(q);
  const limit = `${SILENT_AFTER}{job=~"$job"}`;
  return `((${since}) <= on (job) ${limit} or ((${since}) unless on (job) ${limit}) <= ${SILENT})`;
}

/** Services that have not, although they have been heard of: within the time shown, or ever if rules record it. */
export function silent(q: Queries): string {
  const shown = `group by (job) (last_over_time(${q.selectAny(SIGNS_OF_LIFE)}[${WHOLE_RANGE}]))`;
  return `((${shown} or group by (job) (${LAST_PUSH}{job=~"$job"})) unless on (job) ${alive(q)})`;
}

/** One of `STATE` per job. `failing` is the part of a job's requests that failed, where it is too large. */
export function state(q: Queries, failing: string): string {
  return [
    `${STATE.silent} * ${silent(q)}`,
    `${STATE.failing} + clamp_max(${failing}, 0.99)`,
    `${STATE.quiet} * group by (job) (${sinceLastPush(q)} > ${QUIET})`,
    `${STATE.live} * group by (job) (${sinceLastPush(q)})`,
  ].join(" or ");
}

/**
 * One of `REACH` per job. A sample says that the receiver took it. Without one only the next push that gets
 * through tells whether pushes failed meanwhile, so the ten minutes after a moment are asked about it.
 */
export function receiverReached(q: Queries): string {
  const failures = [observations(PUSH, NOT_REACHED), counter(AGGREGATOR_PUSHES, NOT_REACHED)];
  return [
    `${REACH.reached} * group by (job) (time() - ${lastStored(q)} < ${QUIET})`,
    ...failures.map((failed) => `${REACH.notReached} * group by (job) (${growsAfter(q, failed)})`),
    `${REACH.silent} * group by (job) (last_over_time(${q.selectAny(SIGNS_OF_LIFE)}[${WHOLE_RANGE}]))`,
  ].join(" or ");
}

/** As `lastPush`, but for zeros: they stand at a first recording, also while the receiver was away. */
function lastStored(q: Queries): string {
  const sampled = [HTTP, FAAS].flatMap((histogram) => {
    const [classic, native] = counts(histogram).map((name) => q.select(name)) as [string, string];
    return [
      `(timestamp(${classic}) and ${classic} > 0)`,
      ...(q.dialect.native ? [`(timestamp(${native}) and histogram_count(${native}) > 0)`] : []),
    ];
  });
  return `max by (job) (${q.select(PUSH_TIME)} or on (job, instance) max by (job, instance) (${sampled.join(" or ")}))`;
}

/** What is more ten minutes after a moment than at it. A first value without a zero before it counts, too. */
function growsAfter(q: Queries, growing: Growing): string {
  const after = q.last(growing, LONG, ` offset -${LONG}`);
  return `(${after}) > (${q.last(growing, LONG)} or 0 * (${after}))`;
}

/**
 * A series "none" at zero while services push and there is nothing else: no news is drawn, not left out.
 *
 * @param signs - metrics one of which is there while services push.
 */
export function orNone(q: Queries, expr: string, label: string, signs = SIGNS_OF_LIFE): string {
  const zero = `0 * group(last_over_time(${q.selectAny(signs)}[${ALIVE}]))`;
  return `${expr} or on () label_replace(${zero}, "${label}", "none", "", "")`;
}
