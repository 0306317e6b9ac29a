/** The aggregator's own metrics, which are series like the others. */
import type { Attributes } from "@opentelemetry/api";
import { keyOf } from "@pushmeter/sdk/prometheus";
import type { Kind, Point } from "./model.ts";
import { OWN_SCOPE } from "./series-table.ts";

/** One change of the aggregator's own metrics. */
export type OwnPoint = readonly [
  name: string,
  attributes: Attributes,
  value: number,
  time: number,
  kind: Kind,
];

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "pushmeter.aggregator.batches": "Batches that were merged, and repeated ones that were not.",
  "pushmeter.aggregator.refused": "Requests that were refused whole, by the status of the answer.",
  "pushmeter.aggregator.rejected": "Points that could not be added up, by reason.",
  "pushmeter.aggregator.overflow":
    "Points counted under otel_metric_overflow, because there was no room for their series.",
  "pushmeter.aggregator.baselines":
    "Totals that only set a baseline, because it is unknown how much of them was counted.",
  "pushmeter.aggregator.forgotten":
    "What was forgotten: series without growth, and what had to go before its time.",
  "pushmeter.aggregator.instances": "Instances that sent something within six hours.",
  "pushmeter.aggregator.series": "Series in Prometheus, each bucket of a histogram counted.",
  "pushmeter.aggregator.memory_bytes": "Estimated memory of the series.",
  "pushmeter.aggregator.last_push_timestamp_seconds": "When a push of all totals succeeded last.",
  "pushmeter.aggregator.pushes": "Pushes of the totals, by result.",
  "pushmeter.aggregator.set_aside": "Stored rows that could not be read and are kept.",
};

/** The change as a point of the series that it belongs to. */
export function ownPoint([name, attributes, value, time, kind]: OwnPoint): Point {
  const description = DESCRIPTIONS[name] ?? "";
  const metric = { scope: OWN_SCOPE, scopeVersion: "", name, unit: "", description, kind };
  return { metric, key: keyOf(attributes), start: 0, time, value, cumulative: false };
}
