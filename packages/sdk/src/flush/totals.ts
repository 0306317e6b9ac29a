/**
 * The cumulative totals of one instance, added up from the deltas that the OpenTelemetry SDK hands out.
 *
 * The SDK's own cumulative mode limits attribute sets per collection, not for the life of the instance:
 * with a push every few seconds its memory would grow with every new attribute value. Here the limit holds
 * for good, and what is over it stays visible under `otel.metric.overflow="true"`.
 */
import type { Attributes, HrTime } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import { addHistograms } from "../histogram.ts";

/** Attribute sets per instrument, the overflow set among them: the OpenTelemetry SDK's own default. */
export const CARDINALITY_LIMIT = 2000;
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

type Point = { -readonly [K in keyof DataPoint<unknown>]: DataPoint<unknown>[K] };

interface Total {
  readonly data: MetricData;
  readonly points: Map<string, Point>;
}

export class Totals {
  readonly #scopes = new Map<string, { scope: ScopeMetrics["scope"]; totals: Map<string, Total> }>();

  /** Adds one collection with delta temporality. */
  add(delta: ResourceMetrics): void {
    for (const { scope, metrics } of delta.scopeMetrics) {
      const entry = getOrSet(this.#scopes, `${scope.name} ${scope.version}`, () => ({
        scope,
        totals: new Map<string, Total>(),
      }));
      for (const data of metrics) {
        const { name, unit } = data.descriptor;
        const total = getOrSet(entry.totals, `${name} ${unit} ${data.dataPointType}`, () => ({
          data,
          points: new Map<string, Point>(),
        }));
        for (const point of data.dataPoints) addPoint(total, point, data.dataPointType);
      }
    }
  }

  /**
   * All totals as one cumulative batch.
   *
   * @param now - milliseconds since the epoch, the points' time.
   * @param labels - attributes that every point gets.
   */
  cumulative(resource: Resource, now: number, labels?: Attributes): ResourceMetrics {
    const endTime: HrTime = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const scopeMetrics = [...this.#scopes.values()].map(({ scope, totals }) => ({
      scope,
      metrics: [...totals.values()].map(
        ({ data, points }) =>
          ({
            ...data,
            aggregationTemporality: AggregationTemporality.CUMULATIVE,
            dataPoints: Array.from(points.values(), (point) => ({
              ...point,
              endTime,
              ...(labels && { attributes: { ...labels, ...point.attributes } }),
            })),
          }) as MetricData,
      ),
    }));
    return { resource, scopeMetrics };
  }
}

function addPoint({ points }: Total, delta: Point, type: DataPointType): void {
  let attributes = delta.attributes;
  let key = keyOf(attributes);
  if (!points.has(key) && points.size >= CARDINALITY_LIMIT - 1) {
    attributes = OVERFLOW;
    key = keyOf(attributes);
  }
  const total = points.get(key);
  if (!total) {
    // The SDK keeps the object that the caller recorded with; a copy cannot change under our feet.
    points.set(key, { ...delta, attributes: { ...attributes } });
  } else if (type === DataPointType.SUM) {
    total.value = (total.value as number) + (delta.value as number);
  } else if (type === DataPointType.HISTOGRAM) {
    // One instrument, one set of bounds: they always add up.
    total.value = addHistograms(total.value as Histogram, delta.value as Histogram);
  } else {
    total.value = delta.value;
  }
}

/** The same for equal attributes in any order. */
function keyOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function getOrSet<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
