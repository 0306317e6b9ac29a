/** OpenTelemetry histograms as plain series of one sample each. */
import type { Histogram, ResourceMetrics } from "@opentelemetry/sdk-metrics";

export interface PlainSeries {
  labels: { __name__: string; [label: string]: string };
  samples: { value: number; timestamp: number }[];
}

const NAME = "http_server_request_duration_seconds";
const TARGET = { job: "courses", instance: "0f9ae1b2-7f3b-4f0c-9d6e-2f6d3c1b2a10" };

export function seriesFrom({ scopeMetrics }: ResourceMetrics): PlainSeries[] {
  const timestamp = Date.now();
  const series: PlainSeries[] = [];
  for (const { dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    for (const { attributes, value } of dataPoints) {
      const own = Object.entries(attributes).map(([key, value]) => [key.replaceAll(".", "_"), `${value}`]);
      const labels = { ...TARGET, ...Object.fromEntries(own) };
      const add = (suffix: string, value: number, more = {}) =>
        series.push({
          labels: { __name__: NAME + suffix, ...labels, ...more },
          samples: [{ value, timestamp }],
        });
      const { buckets, sum = 0, count } = value as Histogram;
      let below = 0;
      for (const [i, n] of buckets.counts.entries()) {
        below += n;
        add("_bucket", below, { le: `${buckets.boundaries[i] ?? "+Inf"}` });
      }
      add("_sum", sum);
      add("_count", count);
    }
  }
  return series;
}
