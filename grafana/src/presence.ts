/** PromQL for what is there and what is silent: instances, pushes, the receiver. */
import {
  AGGREGATOR_PUSHES,
  chosen,
  counter,
  counts,
  FAAS,
  type Growing,
  HTTP,
  LONG,
  named,
  observations,
  PUSH,
  WHOLE_RANGE,
} from "./query.ts";

/** Every instance has at least one of them. */
const SIGNS_OF_LIFE = [HTTP, FAAS].flatMap(counts);
/** The receiver was not there, or could not. */
const NOT_REACHED = 'result=~"unreachable|timeout|unavailable"';

/** Prometheus forgets a series this long after its last sample, seconds; a Pushgateway never does. */
const LOOKBACK = 300;
/** Seconds without a push before one asks why. */
export const QUIET = 60;

/** One series per instance that has pushed lately, on every wire. */
export function liveInstances(): string {
  // A Pushgateway repeats what an instance said last for ever; only the time of the push tells.
  return (
    `(group by (job, instance) (${named(SIGNS_OF_LIFE)})` +
    ` unless on (job, instance) (time() - ${chosen("push_time_seconds")} > ${LOOKBACK}))`
  );
}

/** Those of them that were not there five minutes ago. */
export function newInstances(): string {
  return `(${liveInstances()} unless group by (job, instance) (${named(SIGNS_OF_LIFE)} offset ${LOOKBACK}s))`;
}

/** Seconds since a job's youngest push, by Pushgateway, or sample, by any other wire. */
export function sinceLastPush(): string {
  // A counter's zero stands at its first recording, not at a push.
  const pushed = [HTTP, FAAS].flatMap((histogram) => [
    `timestamp(${chosen(`${histogram}_count`)}) and ${chosen(`${histogram}_count`)} > 0`,
    `timestamp(${chosen(histogram)}) and histogram_count(${chosen(histogram)}) > 0`,
  ]);
  const sampled = pushed.map((times) => `(${times})`).join(" or ");
  return (
    `time() - max by (job) (${chosen("push_time_seconds")}` +
    ` or on (job, instance) max by (job, instance) (${sampled}))`
  );
}

/** What `receiverReached` answers. */
export const REACH = { notReached: 0, reached: 1, silent: 2 } as const;

/**
 * One of `REACH` per job. A sample says that the receiver took it. Without one only the next push that gets
 * through tells whether pushes failed meanwhile, so the ten minutes after a moment are asked about it.
 */
export function receiverReached(): string {
  const failures = [observations(PUSH, NOT_REACHED), counter(AGGREGATOR_PUSHES, NOT_REACHED)];
  return [
    `group by (job) (${sinceLastPush()} < ${QUIET})`,
    ...failures.map((failed) => `${REACH.notReached} * group by (job) (${growsAfter(failed)})`),
    `${REACH.silent} * group by (job) (last_over_time(${named(SIGNS_OF_LIFE)}[${WHOLE_RANGE}]))`,
  ].join(" or ");
}

/** What is more ten minutes after a moment than at it. An increase would not see a series that begins so late. */
function growsAfter(growing: Growing): string {
  const last = (modifier: string) => growing((series) => `last_over_time(${series}[${LONG}]${modifier})`);
  const after = last(` offset -${LONG}`);
  return `(${after}) > (${last("")} or 0 * (${after}))`;
}
