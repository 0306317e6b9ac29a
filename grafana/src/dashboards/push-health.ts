/** Whether the metrics themselves arrive: pushes, what they lose, and how many series they make. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { UIDS } from "../links.ts";
import { DROPPED, NOT_STORED, PUSH } from "../names.ts";
import {
  batchesByResult,
  instancesAgainstSeries,
  rejectedPoints,
  seriesOfServices,
  shardPushes,
} from "../panels/aggregator.ts";
import { AGES, LATE, LONG, lastPushStat, PER_MINUTE } from "../panels/last-push.ts";
import { lines } from "../panels/lines.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import { states } from "../panels/states.ts";
import { counter, observations } from "../query/growing.ts";
import { liveInstances, orNone, QUIET, REACH, receiverReached, sinceLastPush } from "../query/presence.ts";
import { Queries, type Scope, WHOLE_RANGE } from "../query/queries.ts";
import { BAD, NEUTRAL, OK, PUSH_RESULTS, WARN } from "../theme.ts";
import { CHOSEN, choices } from "../variables.ts";

/** The only bound of the histogram of pushes, seconds. */
const SLOW_PUSH = 1;

const pushes = observations(PUSH);
const failed = observations(PUSH, NOT_STORED);

export function pushHealth({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  return dashboard({
    uid: UIDS.pushHealth,
    title: "Push health",
    description:
      "Whether the metrics themselves arrive: pushes, what they lose, and how many series they make.",
    variables: choices(dialect),
    rows: [
      {
        height: 4,
        panels: [
          lastPushStat(q),
          stat({
            title: "Pushes",
            description: `Pushes per minute, all instances together. ${LATE}`,
            unit: PER_MINUTE,
            decimals: 1,
            noValue: "no pushes",
            queries: [{ expr: q.perMinute(pushes, "", LONG) }],
          }),
          stat({
            title: "Failed pushes",
            description: `Part of the pushes within the time shown that the receiver did not store. Totals are cumulative: the next push carries them. ${LATE}`,
            unit: "percentunit",
            decimals: 2,
            thresholds: FAILED_SHARE,
            noValue: "no pushes",
            queries: [{ expr: q.share(failed, pushes, "", WHOLE_RANGE) }],
          }),
          stat({
            title: "Points dropped",
            description:
              "Data points within the time shown that can never be stored. Dropped points by reason, below, says why.",
            unit: "none",
            decimals: 0,
            thresholds: [
              [null, OK],
              [1, WARN],
            ],
            noValue: "nothing heard",
            queries: [{ expr: `${q.total(counter(DROPPED))} or 0 * count(${liveInstances(q)})` }],
          }),
        ],
      },
      {
        height: 5,
        panels: [
          states({
            title: "Receiver reached",
            description: `Per service. Nothing heard: no sample for ${QUIET} s; either nobody called the service, or its pushes do not get through. The first push that is stored again tells which, and the time before it turns red if pushes failed in it.`,
            states: [
              [REACH.reached, "reached", OK],
              [REACH.notReached, "not reached", BAD],
              [REACH.silent, "nothing heard", NEUTRAL],
            ],
            queries: [{ expr: receiverReached(q), legend: "{{job}}" }],
          }),
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Pushes by result",
            description: `Pushes per minute, over ten minutes: stored (success), refused for good, receiver unavailable or unreachable, or timed out. ${LATE}`,
            unit: PER_MINUTE,
            stacked: true,
            colours: PUSH_RESULTS,
            queries: [{ expr: q.perMinute(pushes, "result", LONG), legend: "{{result}}" }],
          }),
          lines({
            title: "Mean push duration",
            description: `From collecting to the receiver's answer, retries included, over ten minutes. The response never waits for it. ${LATE}`,
            unit: "s",
            colours: { mean: OK },
            queries: [{ expr: q.mean(PUSH, "", LONG.window), legend: "mean" }],
          }),
          lines({
            title: "Slow pushes",
            description: `Part of the pushes of ten minutes that took longer than ${SLOW_PUSH} s. The histogram has this one bound, so it has no percentiles. ${LATE}`,
            unit: "percentunit",
            max: 1,
            colours: { slow: WARN },
            queries: [{ expr: q.shareAbove(SLOW_PUSH, PUSH, "", LONG.window), legend: "slow" }],
          }),
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Time since the last push",
            description:
              "Per service. Steadily growing: the receiver is unreachable, or nobody calls the service.",
            unit: "s",
            thresholds: AGES,
            queries: [{ expr: sinceLastPush(q), legend: "{{job}}" }],
          }),
          lines({
            title: "Dropped points by reason",
            description:
              "Data points per minute that can never be stored, such as two instruments of one name and different kinds.",
            unit: PER_MINUTE,
            colours: { none: NEUTRAL },
            queries: [
              { expr: orNone(q, q.perMinute(counter(DROPPED), "reason"), "reason"), legend: "{{reason}}" },
            ],
          }),
        ],
      },
      {
        heading: "Cardinality",
        height: 8,
        panels: [
          lines({
            title: "Instances",
            description:
              "Instances that have pushed within the last five minutes, or are scraped, by service; of an aggregator its shards.",
            unit: "short",
            queries: [{ expr: `count by (job) (${liveInstances(q)})`, legend: "{{job}}" }],
          }),
          lines({
            title: "Series",
            description:
              "Series of a service in Prometheus's head: instances times attribute sets. Many instances: use the aggregator. Many sets: look for an attribute with too many values.",
            unit: "short",
            queries: [{ expr: seriesOfServices(q), legend: "{{job}}" }],
          }),
        ],
      },
      {
        heading: "Aggregator",
        height: 7,
        panels: [instancesAgainstSeries(q), batchesByResult(q)],
      },
      { height: 7, panels: [shardPushes(q), rejectedPoints(q)] },
    ],
  });
}
