/** Prometheus's text format 0.0.4, by OpenTelemetry's own serializer over names that are translated already. */
import { ValueType } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { type Family, type Translation, translate } from "../prometheus/translate.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The text of a batch, empty if there is nothing in it. `job` and `instance` are not in it. */
export function toText(metrics: ResourceMetrics): Translation & { readonly text: string } {
  const translation = translate(metrics);
  const { families } = translation;
  const serializer = new PrometheusSerializer("", false, undefined, true, true);
  const translated = {
    resource: emptyResource(),
    scopeMetrics: [{ scope: { name: "" }, metrics: families.map(metricData) }],
  };
  return { ...translation, text: families.length ? serializer.serialize(translated) : "" };
}

const DATA_POINT_TYPES = {
  counter: DataPointType.SUM,
  gauge: DataPointType.GAUGE,
  histogram: DataPointType.HISTOGRAM,
};

function metricData({ name, type, help, points }: Family): MetricData {
  return {
    descriptor: { name, description: help, unit: "", valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DATA_POINT_TYPES[type],
    isMonotonic: type === "counter",
    dataPoints: Array.from(points.values(), ({ labels, value }) => ({
      startTime: [0, 0],
      endTime: [0, 0],
      attributes: labels,
      value,
    })),
  } as MetricData;
}
