/** Totals as deltas, for a receiver that takes nothing else. */
import type { DataPoint, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { DELTA, GAUGE_POINTS } from "../enumerations.ts";
import type { Value } from "../histogram.ts";
import { Difference } from "./difference.ts";

export class Growth {
  readonly #difference = new Difference();

  /** What was not in the totals of the last call; what has not grown is left out. */
  next(metrics: ResourceMetrics): ResourceMetrics {
    const { resource, scopeMetrics } = this.#difference.of(metrics);
    this.#difference.set(metrics);
    const asDelta = (data: MetricData) => {
      const points = data.dataPoints as DataPoint<Value>[];
      const hasGrown = ({ value }: DataPoint<Value>) =>
        data.dataPointType === GAUGE_POINTS || (typeof value === "number" ? value : value.count) !== 0;
      return { ...data, aggregationTemporality: DELTA, dataPoints: points.filter(hasGrown) } as MetricData;
    };
    return {
      resource,
      scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(asDelta) })),
    };
  }
}
