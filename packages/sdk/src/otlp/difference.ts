/** Totals to what they have grown by. */
import type { DataPoint, MetricData, ResourceMetrics, ScopeMetrics } from "@opentelemetry/sdk-metrics";
import { GAUGE_POINTS } from "../enumerations.ts";
import { isExponential, minus, type Value } from "../histogram.ts";
import { keyOf } from "../key.ts";
import { nativeHistograms } from "../native-histograms/index.ts";

/** @param stream - what the point belongs to. */
type Change = (point: DataPoint<Value>, stream: string) => DataPoint<Value>;

/** The totals that others are compared with, by stream. */
export class Difference {
  readonly #before = new Map<string, Value>();

  /** From now on totals are compared with these. */
  set(metrics: ResourceMetrics): void {
    mapPoints(metrics, (point, stream) => {
      this.#before.set(stream + keyOf(point.attributes), point.value);
      return point;
    });
  }

  /** How much each sum and histogram has grown. */
  of(metrics: ResourceMetrics): ResourceMetrics {
    return mapPoints(metrics, (point, stream) => {
      const before = this.#before.get(stream + keyOf(point.attributes));
      const value = before === undefined ? point.value : (growth(point.value, before) ?? point.value);
      return { ...point, value };
    });
  }
}

function growth(value: Value, before: Value): Value | undefined {
  // A foreign reader's have no arithmetic.
  return minus(isExponential(value) ? nativeHistograms().of(value) : value, before);
}

/** The same with other points of sums and histograms. */
export function mapPoints({ resource, scopeMetrics }: ResourceMetrics, change: Change): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(
      ({ scope, metrics }): ScopeMetrics => ({
        scope,
        metrics: metrics.map((data) => {
          if (data.dataPointType === GAUGE_POINTS) return data;
          const { name, unit } = data.descriptor;
          const stream = `${scope.name} ${scope.version} ${name} ${unit} ${data.dataPointType} `;
          const points = data.dataPoints as DataPoint<Value>[];
          const dataPoints = points.map((point) => change(point, stream));
          return { ...data, dataPoints } as MetricData;
        }),
      }),
    ),
  };
}
