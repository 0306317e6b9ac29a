/** As Powertools documents it: a line of the log, of which CloudWatch makes metrics. */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { type Order, work } from "./work.ts";

const metrics = new Metrics({ namespace: "bench", serviceName: "bench" });

export async function handler(event: Order): Promise<string> {
  metrics.captureColdStartMetric();
  const started = performance.now();
  let outcome = "success";
  try {
    return await work(event);
  } catch (error) {
    outcome = "exception";
    throw error;
  } finally {
    metrics.addDimension("outcome", outcome);
    metrics.addMetric("duration", MetricUnit.Milliseconds, performance.now() - started);
    metrics.publishStoredMetrics();
  }
}
