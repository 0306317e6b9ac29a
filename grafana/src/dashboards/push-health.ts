import { dashboard } from "../dashboard.ts";
import { AGES, lastPush } from "../panels/freshness.ts";
import { lines } from "../panels/lines.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import {
  chosen,
  liveInstances,
  orNone,
  PUSH,
  perMinuteAcrossGaps,
  quantile,
  rate,
  share,
  sinceLastPush,
  total,
} from "../query.ts";
import { GOOD, PERCENTILES, PUSH_RESULTS } from "../theme.ts";
import { datasource, instance, job } from "../variables.ts";

const COUNT = `${PUSH}_count`;
const DROPPED = "pushmeter_push_dropped_total";
const PER_MINUTE = "suffix:/min";
const LATE = "A push is counted by the next one: what fails shows once something has got through again.";

const pushes = rate(chosen(COUNT));
const failed = total(chosen(COUNT, 'result!="success"'));

export const pushHealth = dashboard({
  name: "push-health",
  title: "Push health",
  description:
    "Whether the metrics themselves arrive: pushes, what they lose, and how many series they make.",
  variables: [datasource, job(), instance()],
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
          queries: [{ expr: `60 * ${pushes}` }],
        }),
        stat({
          title: "Failed pushes",
          description: `Part of the pushes within the time shown that the receiver did not store. Totals are cumulative: the next push makes it good. ${LATE}`,
          unit: "percentunit",
          decimals: 2,
          trend: false,
          thresholds: FAILED_SHARE,
          noValue: "no pushes",
          queries: [{ expr: share(failed, total(chosen(COUNT))) }],
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
          queries: [{ expr: `${total(chosen(DROPPED))} or vector(0)` }],
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
          queries: [{ expr: perMinuteAcrossGaps(chosen(COUNT), "result"), legend: "{{result}}" }],
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
          queries: [
            { expr: orNone(`60 * ${rate(chosen(DROPPED), "reason")}`, "reason"), legend: "{{reason}}" },
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
          description: "Instances that have pushed within the last five minutes, or are scraped, by service.",
          unit: "short",
          queries: [{ expr: `count by (job) (${liveInstances()})`, legend: "{{job}}" }],
        }),
        lines({
          title: "Series",
          description:
            "Series of a service in Prometheus's head: instances times attribute sets. Many instances: use the aggregator. Many sets: look for an attribute with too many values.",
          unit: "short",
          queries: [{ expr: `count by (job) ({job=~"$job", instance=~"$instance"})`, legend: "{{job}}" }],
        }),
      ],
    },
  ],
});
