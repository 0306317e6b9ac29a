/** Alerts about the metrics themselves: whether they arrive, whole, and not too many. */
import { DROPPED, NOT_STORED, PUSH } from "../names.ts";
import { counter, type Growing, observations } from "../query/growing.ts";
import { LAST_PUSH } from "../query/presence.ts";
import type { Queries } from "../query/queries.ts";
import type { Alert } from "./rule.ts";

/** A part of all pushes. */
export const FAILING = 0.2;
export const WINDOW = "15m";
export const KEPT = "The next push that is stored carries what this one did not";
/** An instance of which hardly any push is stored. */
const STUCK = 0.9;
const LEAST_PUSHES = 5;
/** Attribute sets of an instrument: what exceeds them is counted together. */
const MOST_SETS = 2_000;
const NEAR = 0.8;
const MOST_SERIES = 50_000;
const DASHBOARD = "pushmeter-push-health";

export function pushAlerts(q: Queries): Alert[] {
  const pushes = { all: observations(PUSH), failed: observations(PUSH, NOT_STORED) };
  const share = ({ all, failed }: Record<"all" | "failed", Growing>, by: string) =>
    `${q.growth(failed, by, WINDOW)} / (${q.growth(all, by, WINDOW)} > 0)`;
  const stuck = (growing: Record<"all" | "failed", Growing>) =>
    `${share(growing, "job, instance")} > ${STUCK}` +
    ` and ${q.growth(growing.all, "job, instance", WINDOW)} >= ${LEAST_PUSHES}`;
  return [
    {
      alert: "PushesFailing",
      expr: `${share(pushes, "job")} > ${FAILING}`,
      for: "5m",
      severity: "ticket",
      summary: "Pushes of {{ $labels.job }} fail",
      description: `{{ $value | humanizePercentage }} of its pushes within 15 minutes were not stored. ${KEPT}, unless the instance ends before.`,
      dashboard: DASHBOARD,
    },
    {
      alert: "InstancePushesFailing",
      expr: stuck(pushes),
      for: "5m",
      severity: "ticket",
      summary: "Nearly all pushes of {{ $labels.instance }} of {{ $labels.job }} fail",
      description: `{{ $value | humanizePercentage }} of this instance's pushes within 15 minutes were not stored. ${KEPT}.`,
      dashboard: DASHBOARD,
    },
    {
      alert: "PointsDropped",
      expr: `${q.growth(counter(DROPPED), "job, reason", WINDOW)} > 0`,
      severity: "ticket",
      summary: "{{ $labels.job }} records what cannot be stored ({{ $labels.reason }})",
      description: "{{ $value | humanize }} data points within 15 minutes are lost for good.",
      dashboard: DASHBOARD,
    },
    {
      alert: "TooManySeries",
      expr: `count by (job) ({job!=""}) > ${MOST_SERIES} and on (job) ${LAST_PUSH}`,
      for: "10m",
      severity: "ticket",
      summary: "{{ $labels.job }} makes too many series",
      description: `{{ $value | humanize }} series, more than ${MOST_SERIES}: many instances, or an attribute with too many values.`,
      dashboard: DASHBOARD,
    },
    {
      alert: "AttributesNearLimit",
      expr:
        `count by (job, instance, __name__) ({__name__=~".+_(count|total)", job!=""}) > ${NEAR * MOST_SETS}` +
        ` and on (job) ${LAST_PUSH}`,
      for: "5m",
      severity: "ticket",
      summary: "{{ $labels.__name__ }} of {{ $labels.job }} has nearly as many attribute sets as it may",
      description: `{{ $value | humanize }} of ${MOST_SETS}. What exceeds them is counted together, without its attributes.`,
      dashboard: DASHBOARD,
    },
    {
      alert: "AttributesOverflow",
      expr: `group by (job) ({otel_metric_overflow="true"})`,
      for: "5m",
      severity: "ticket",
      summary: `An instrument of {{ $labels.job }} has more than ${MOST_SETS} attribute sets`,
      description: "What exceeds them is counted together. Look for an attribute with too many values.",
      dashboard: DASHBOARD,
    },
  ];
}
