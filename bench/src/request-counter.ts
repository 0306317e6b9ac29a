/** What the benches of aggregators send. Also bundled for workerd. */
import { AggregationTemporality, DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";

/** A delta of `value` in each of so many series of one counter, in OpenTelemetry's data model. */
export function requestCounter(series: number, value: number, time: [number, number]): MetricData {
  return {
    descriptor: { name: "requests", description: "", unit: "", valueType: 1 },
    dataPointType: DataPointType.SUM,
    aggregationTemporality: AggregationTemporality.DELTA,
    isMonotonic: true,
    dataPoints: Array.from({ length: series }, (_, i) => ({
      startTime: time,
      endTime: time,
      value,
      attributes: { "http.route": `/courses/${i}`, "http.response.status_code": 200, outcome: "success" },
    })),
  } as unknown as MetricData;
}
