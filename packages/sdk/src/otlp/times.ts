/** Times of data points as OpenTelemetry writes them. */
import type { HrTime } from "@opentelemetry/api";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";

/** @param ms - milliseconds since the epoch. */
export function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
}

const milliseconds = ([seconds, nanoseconds]: HrTime) => seconds * 1000 + Math.floor(nanoseconds / 1e6);

/** Gives each batch of totals a later time than the last one, though the clock stands or was set back. */
export function inOrder(): (metrics: ResourceMetrics) => ResourceMetrics {
  let last = 0;
  return ({ resource, scopeMetrics }) => {
    const ends = scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ dataPoints: [point] }) => point?.endTime),
    );
    const end = Math.max(...ends.map((time) => (time ? milliseconds(time) : 0)), 0);
    if (end > last) {
      last = end;
      return { resource, scopeMetrics };
    }
    last++;
    const endTime = hrTime(last);
    const later = (data: MetricData) =>
      ({ ...data, dataPoints: data.dataPoints.map((point) => ({ ...point, endTime })) }) as MetricData;
    return {
      resource,
      scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(later) })),
    };
  };
}
