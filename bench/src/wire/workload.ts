/** Request histograms of a service with many routes, as OpenTelemetry's reader collects them. */
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { seeded } from "@pushmeter/testkit/random";

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Buckets including infinity's, sum and count. */
export const SERIES_PER_SET = BOUNDS.length + 3;

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** @param sets - how many attribute sets; each makes a histogram. */
export async function recorded(sets: number): Promise<ResourceMetrics> {
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  const resource = resourceFromAttributes({
    "service.name": "courses",
    "service.instance.id": "0f9ae1b2-7f3b-4f0c-9d6e-2f6d3c1b2a10",
  });
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter("@pushmeter/sdk");
  const duration = meter.createHistogram("http.server.request.duration", {
    unit: "s",
    description: "Duration of HTTP server requests.",
    advice: { explicitBucketBoundaries: BOUNDS },
  });
  const random = seeded(4);
  for (let set = 0; set < sets; set++) {
    const attributes = {
      "http.request.method": ["GET", "POST", "PUT", "DELETE"][set % 4],
      "http.response.status_code": [200, 201, 404, 500][(set >> 2) % 4],
      "http.route": `/api/courses/:id/part${set >> 4}`,
      "url.scheme": "https",
      outcome: "success",
    };
    // Latencies are distributed like a service's: log-normal around 20 ms.
    for (let n = 20 + random() * 80; n > 0; n--) {
      const normal = random() + random() + random() + random() - 2;
      duration.record(0.02 * Math.exp(1.7 * normal), attributes);
    }
  }
  return (await reader.collect()).resourceMetrics;
}
