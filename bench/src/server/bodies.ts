/** What the servers are sent. */
import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { requestCounter } from "../request-counter.ts";

const BOUNDS = Array.from({ length: 15 }, (_, i) => 2 ** i);
const now = (): [number, number] => [Math.floor(Date.now() / 1000), 0];

function serialized(metrics: readonly object[], service: string): Uint8Array {
  const resource = resourceFromAttributes({ "service.name": service, "service.instance.id": "bench" });
  const scopeMetrics = [{ scope: { name: "bench" }, metrics: metrics as MetricData[] }];
  const all = { resource, scopeMetrics } as ResourceMetrics;
  return ProtobufMetricsSerializer.serializeRequest(all) as Uint8Array;
}

/** A delta of each of so many series. */
export function counters(series: number): Uint8Array {
  return serialized([requestCounter(series, 1, now())], "bench");
}

/** Histograms of 15 bounds: `count` attribute sets of one metric, from a number on. */
export function histograms(metric: number, from: number, count: number): Uint8Array {
  const time = now();
  const counts = [...BOUNDS.map(() => 1), 1];
  const data = {
    descriptor: { name: `metric.${metric}`, description: "", unit: "", valueType: 1 },
    dataPointType: DataPointType.HISTOGRAM,
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPoints: Array.from({ length: count }, (_, i) => ({
      startTime: time,
      endTime: time,
      value: { count: 16, sum: 12.5, buckets: { boundaries: BOUNDS, counts } },
      attributes: { "http.route": `/courses/${from + i}/lessons`, "http.request.method": "GET" },
    })),
  };
  return serialized([data], "large");
}
