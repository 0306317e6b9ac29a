/** Totals to what they have grown by, for a receiver that takes only deltas. */
import type { DataPoint, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { DELTA, GAUGE_POINTS } from "../enumerations.ts";
import { minus, type Value } from "../histogram.ts";
import { keyOf } from "../key.ts";

export class Difference {
  /** By stream. */
  readonly #before = new Map<string, Value>();

  /** What was not in the totals of the last call. */
  of({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
    return {
      resource,
      scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
        scope,
        metrics: metrics.map((data) => {
          const { name, unit } = data.descriptor;
          const prefix = `${scope.name} ${scope.version} ${name} ${unit} ${data.dataPointType} `;
          const points = data.dataPoints as DataPoint<Value>[];
          const dataPoints = data.dataPointType === GAUGE_POINTS ? points : this.#grown(prefix, points);
          return { ...data, aggregationTemporality: DELTA, dataPoints } as MetricData;
        }),
      })),
    };
  }

  #grown(prefix: string, points: readonly DataPoint<Value>[]): DataPoint<Value>[] {
    return points.flatMap((point) => {
      const key = prefix + keyOf(point.attributes);
      const before = this.#before.get(key);
      this.#before.set(key, point.value);
      const value = before === undefined ? point.value : (minus(point.value, before) ?? point.value);
      return (typeof value === "number" ? value : value.count) ? [{ ...point, value }] : [];
    });
  }
}
