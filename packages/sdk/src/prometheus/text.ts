/** Prometheus's text format 0.0.4, by OpenTelemetry's own serializer from names that are translated already. */
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { GAUGE_POINTS, HISTOGRAM_POINTS, SUM_POINTS } from "../enumerations.ts";
import { type Family, type Translation, translate } from "./translate.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The text of a batch, empty if there is nothing in it. `job` and `instance` are not in it. */
export function toText(metrics: ResourceMetrics): Translation & { readonly text: string } {
  const translation = translate(metrics);
  const { families } = translation;
  const serializer = new PrometheusSerializer("", false, undefined, true, true);
  const translated = {
    resource: { attributes: {} },
    scopeMetrics: [{ scope: { name: "" }, metrics: families.map(metricData) }],
  };
  // Of a resource the serializer reads the attributes alone.
  const text = families.length ? serializer.serialize(translated as unknown as ResourceMetrics) : "";
  return { ...translation, text };
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
