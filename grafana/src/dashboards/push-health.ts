import { dashboard } from "../dashboard.ts";
import { AGES, lastPush } from "../panels/freshness.ts";
import { lines } from "../panels/lines.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import { states } from "../panels/states.ts";
import { liveInstances, QUIET, REACH, receiverReached, sinceLastPush } from "../presence.ts";
import {
  AGGREGATOR_PUSHES,
  chosen,
  counter,
  DROPPED,
  observations,
  orNone,
  PUSH,
  perMinute,
  perMinuteAcrossGaps,
  quantile,
  share,
  total,
} from "../query.ts";
import { BAD, GOOD, PERCENTILES, PUSH_RESULTS } from "../theme.ts";
import { datasource, histograms, instance, job } from "../variables.ts";

const BATCHES = "pushmeter_aggregator_batches_total";
const REJECTED = "pushmeter_aggregator_rejected_total";
const BEHIND = "pushmeter_aggregator_instances";
const PER_MINUTE = "suffix:/min";
const LATE = "A push is counted by the next one: what fails shows once something has got through again.";

const pushes = observations(PUSH);
const failed = observations(PUSH, 'result!="success"');
const series = `count by (job) (${chosen("")})`;

export const pushHealth = dashboard({
  name: "push-health",
  title: "Push health",
  description:
    "Whether the metrics themselves arrive: pushes, what they lose, and how many series they make.",
  variables: [datasource, job(), instance(), histograms],
  rows: [
    {
      height: 4,
      panels: [
        lastPush(),
        stat({
          title: "Pushes",
          description: `Pushes per minute, all instances together. ${LATE}`,
          unit: PER_MINUTE,
          decimals: 1,
          noValue: "no pushes",
          queries: [{ expr: perMinute(pushes) }],
        }),
        stat({
          title: "Failed pushes",
          description: `Part of the pushes within the time shown that the receiver did not store. Totals are cumulative: the next push makes it good. ${LATE}`,
          unit: "percentunit",
          decimals: 2,
          trend: false,
          thresholds: FAILED_SHARE,
          noValue: "no pushes",
          queries: [{ expr: share(total(failed), total(pushes)) }],
        }),
        stat({
          title: "Points dropped",
          description:
            "Data points within the time shown that can never be stored. Dropped points by reason, below, says why.",
          unit: "short",
          decimals: 0,
          trend: false,
          thresholds: [
            [null, GOOD],
            [1, "orange"],
          ],
          queries: [{ expr: `${total(counter(DROPPED))} or vector(0)` }],
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
            [REACH.reached, "reached", GOOD],
            [REACH.notReached, "not reached", BAD],
            [REACH.silent, "nothing heard", "text"],
          ],
          queries: [{ expr: receiverReached(), legend: "{{job}}" }],
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
          queries: [{ expr: perMinuteAcrossGaps(pushes, "result"), legend: "{{result}}" }],
        }),
        lines({
          title: "Push duration",
          description:
            "From collecting to the receiver's answer, retries included. The response never waits for it.",
          unit: "s",
          colours: PERCENTILES,
          queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, PUSH), legend: `p${q * 100}` })),
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
          queries: [{ expr: sinceLastPush(), legend: "{{job}}" }],
        }),
        lines({
          title: "Dropped points by reason",
          description:
            "Data points per minute that can never be stored, such as two instruments of one name and different kinds.",
          unit: PER_MINUTE,
          colours: { none: GOOD },
          queries: [{ expr: orNone(perMinute(counter(DROPPED), "reason"), "reason"), legend: "{{reason}}" }],
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
          queries: [{ expr: `count by (job) (${liveInstances()})`, legend: "{{job}}" }],
        }),
        lines({
          title: "Series",
          description:
            "Series of a service in Prometheus's head: instances times attribute sets. Many instances: use the aggregator. Many sets: look for an attribute with too many values.",
          unit: "short",
          queries: [{ expr: series, legend: "{{job}}" }],
        }),
      ],
    },
    {
      heading: "Aggregator",
      height: 7,
      panels: [
        lines({
          title: "Instances against series",
          description:
            "Instances that sent something to the aggregator within six hours, and the series that Prometheus has of them (right). The series do not grow with the instances.",
          unit: "short",
          right: / series$/,
          queries: [
            { expr: `sum by (job) (${chosen(BEHIND)})`, legend: "{{job}} instances" },
            { expr: `${series} and on (job) group by (job) (${chosen(BEHIND)})`, legend: "{{job}} series" },
          ],
        }),
        lines({
          title: "Batches by result",
          description:
            "Batches of deltas per minute that were merged; those that were repeated, because an answer was lost, and counted once (duplicate).",
          unit: PER_MINUTE,
          stacked: true,
          colours: { merged: GOOD, duplicate: "yellow" },
          queries: [{ expr: perMinute(counter(BATCHES), "result"), legend: "{{result}}" }],
        }),
      ],
    },
    {
      height: 7,
      panels: [
        lines({
          title: "Aggregator's pushes by result",
          description: `The shards' pushes of all totals per minute, over ten minutes. ${LATE}`,
          unit: PER_MINUTE,
          stacked: true,
          colours: PUSH_RESULTS,
          queries: [
            { expr: perMinuteAcrossGaps(counter(AGGREGATOR_PUSHES), "result"), legend: "{{result}}" },
          ],
        }),
        lines({
          title: "Rejected points by reason",
          description: "Data points per minute that came in and could not be added up.",
          unit: PER_MINUTE,
          colours: { none: GOOD },
          queries: [{ expr: orNone(perMinute(counter(REJECTED), "reason"), "reason"), legend: "{{reason}}" }],
        }),
      ],
    },
  ],
});
