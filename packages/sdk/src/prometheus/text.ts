/** Prometheus's text format 0.0.4, by OpenTelemetry's own serializer from names that are translated already. */
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { GAUGE_POINTS, HISTOGRAM_POINTS, SUM_POINTS } from "../enumerations.ts";
import type { Family } from "./translate.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The text of families, empty if there are none. `job` and `instance` are not in it. */
export function textOf(families: readonly Family[]): string {
  const serializer = new PrometheusSerializer("", false, undefined, true, true);
  const translated = {
    resource: { attributes: {} },
    scopeMetrics: [{ scope: { name: "" }, metrics: families.map(metricData) }],
  };
  // Of a resource the serializer reads the attributes alone.
  return families.length ? serializer.serialize(translated as unknown as ResourceMetrics) : "";
}

const DATA_POINT_TYPES = { counter: SUM_POINTS, gauge: GAUGE_POINTS, histogram: HISTOGRAM_POINTS };

/** The fields of `MetricData` that the serializer reads. */
function metricData({ name, type, help, points }: Family): MetricData {
  return {
    descriptor: { name, description: help, unit: "" },
    dataPointType: DATA_POINT_TYPES[type],
    isMonotonic: type === "counter",
    dataPoints: Array.from(points.values(), ({ labels, value }) => ({
      startTime: [0, 0],
      endTime: [0, 0],
      attributes: labels,
      value,
    })),
  } as unknown as MetricData;
}
