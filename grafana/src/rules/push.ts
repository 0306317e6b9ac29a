/** Alerts about the metrics themselves: whether they arrive, whole, and not too many. */
import { AGGREGATOR_PUSHES, counts, DROPPED, FAAS, HTTP, PUSH } from "../query.ts";
import type { Objective } from "./objective.ts";
import { counted } from "./recording.ts";
import type { AlertingRule } from "./rule.ts";

/** How long a service counts as one that had data. */
const MEMORY = "1d";
const FAILING = 0.2;

export function pushAlerts({ service, silence, mostSeries }: Objective): AlertingRule[] {
  const job = `job="${service}"`;
  const failing = 'result!="success"';
  const pushes = counted("rate", PUSH, job, "job", "15m");
  const failures = counted("rate", PUSH, `${job}, ${failing}`, "job, result", "15m");
  const beats = `sum by (job) (rate(${AGGREGATOR_PUSHES}{${job}}[15m]))`;
  const failedBeats = `sum by (job, result) (rate(${AGGREGATOR_PUSHES}{${job}, ${failing}}[15m]))`;
  return [
    {
      alert: "NoData",
      expr: noData(job, silence),
      for: "1m",
      labels: { severity: "ticket" },
      annotations: {
        summary: `Nothing has been heard of ${service}`,
        description:
          `It had data within ${MEMORY}, and none for ${silence / 60} minutes: nobody calls it, or its pushes ` +
          "do not get through.",
      },
    },
    {
      alert: "PushesFailing",
      expr: `${failures} / on (job) group_left () ${pushes} > ${FAILING}`,
      for: "5m",
      labels: { severity: "ticket" },
      annotations: {
        summary: `Pushes of ${service} fail ({{ $labels.result }})`,
        description:
          "{{ $value | humanizePercentage }} of its pushes within 15 minutes were not stored. The next push that " +
          "is stored makes it good, unless the instance ends before.",
      },
    },
    {
      alert: "AggregatorPushesFailing",
      expr: `${failedBeats} / on (job) group_left () ${beats} > ${FAILING}`,
      for: "5m",
      labels: { severity: "ticket" },
      annotations: {
        summary: `The aggregator's pushes of ${service} fail ({{ $labels.result }})`,
        description:
          "{{ $value | humanizePercentage }} of its pushes within 15 minutes were not stored. The totals are " +
          "kept: the next push that is stored makes it good.",
      },
    },
    {
      alert: "PointsDropped",
      expr: `sum by (job, reason) (increase(${DROPPED}{${job}}[15m])) > 0`,
      labels: { severity: "ticket" },
      annotations: {
        summary: `${service} records what cannot be stored ({{ $labels.reason }})`,
        description: "{{ $value | humanize }} data points within 15 minutes are lost for good.",
      },
    },
    {
      alert: "TooManySeries",
      expr: `count by (job) ({${job}}) > ${mostSeries}`,
      for: "10m",
      labels: { severity: "ticket" },
      annotations: {
        summary: `${service} makes too many series`,
        description:
          `{{ $value | humanize }} series, more than ${mostSeries}: many instances, or an attribute with too ` +
          "many values. The dashboard Push health tells which.",
      },
    },
    {
      alert: "AttributesOverflow",
      expr: `group by (job) ({${job}, otel_metric_overflow="true"})`,
      for: "5m",
      labels: { severity: "ticket" },
      annotations: {
        summary: `An instrument of ${service} has more than 2,000 attribute sets`,
        description: "What exceeds them is counted together. Look for an attribute with too many values.",
      },
    },
  ];
}

/** A Pushgateway repeats the last values for ever, so there the time of the push tells. */
function noData(job: string, silence: number): string {
  const names = [HTTP, FAAS].flatMap(counts).join("|");
  const had = (window: string) =>
    `group by (job) (last_over_time({__name__=~"${names}", ${job}}[${window}]))`;
  return (
    `${had(MEMORY)} unless ${had(`${silence}s`)}` +
    ` or time() - max by (job) (push_time_seconds{${job}}) > ${silence}`
  );
}
