/**
 * The cumulative totals of one instance, added up from the deltas that the OpenTelemetry SDK collects.
 *
 * The SDK's cumulative mode limits attribute sets per collection, not for the life of the instance: with a push
 * every few seconds its memory would grow with every new attribute value. Here the limit holds for the instance's
 * life, and what exceeds it is counted under `otel.metric.overflow="true"`.
 */
import type { Attributes, HrTime } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type {
  DataPoint,
  DataPointType,
  InstrumentType,
  MetricData,
  ResourceMetrics,
  ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import { CUMULATIVE, GAUGE_POINTS, OBSERVABLE_GAUGE } from "../enumerations.ts";
import { add, type Value } from "../histogram.ts";
import { keyOf } from "../key.ts";

/** Attribute sets per instrument, the overflow set among them: the OpenTelemetry SDK's own default. */
export const CARDINALITY_LIMIT = 2000;
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

type Point = { -readonly [K in keyof DataPoint<unknown>]: DataPoint<unknown>[K] };

/** The SDK's descriptor has the instrument's type, which its interface does not declare. */
type Descriptor = MetricData["descriptor"] & { readonly type?: InstrumentType };

interface Total {
  readonly data: MetricData;
  readonly points: Map<string, Point>;
}

export class Totals {
  readonly #totals = new Map<string, Total>();
  /** There is one meter, and so one scope. */
  #scope: ScopeMetrics["scope"] = { name: "" };

  /** Adds one collection with delta temporality. */
  add(delta: ResourceMetrics): void {
    // A callback reports everything that exists now: what it leaves out is gone (SDK specification, "Observations
    // inside asynchronous callbacks").
    for (const { data, points } of this.#totals.values()) {
      if ((data.descriptor as Descriptor).type === OBSERVABLE_GAUGE) points.clear();
    }
    for (const { scope, metrics } of delta.scopeMetrics) {
      this.#scope = scope;
      for (const data of metrics) {
        const { descriptor, dataPointType } = data;
        // The SDK has one storage for each of these: points of two instruments of one name may not add up.
        const { name, unit, valueType, type } = descriptor as Descriptor;
        const key = `${name} ${unit} ${valueType} ${type}`;
        const total = this.#totals.get(key) ?? { data, points: new Map() };
        this.#totals.set(key, total);
        for (const point of data.dataPoints) addPoint(total, point, dataPointType);
      }
    }
  }

  /**
   * All totals as one cumulative batch.
   *
   * @param now - milliseconds since the epoch, the points' time.
   */
  cumulative(resource: Resource, now: number): ResourceMetrics {
    const endTime: HrTime = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const metrics = Array.from(this.#totals.values(), ({ data, points }) => ({
      ...data,
      aggregationTemporality: CUMULATIVE,
      dataPoints: Array.from(points.values(), (point) => ({ ...point, endTime })),
    }));
    return { resource, scopeMetrics: [{ scope: this.#scope, metrics: metrics as MetricData[] }] };
  }
}

function addPoint({ points }: Total, delta: Point, type: DataPointType): void {
  // One NaN would make a counter NaN for the rest of the instance's life.
  if (type !== GAUGE_POINTS && Number.isNaN(delta.value)) return;
  let attributes = delta.attributes;
  let key = keyOf(attributes);
  if (!points.has(key) && points.size >= CARDINALITY_LIMIT - 1) {
    attributes = OVERFLOW;
    key = keyOf(attributes);
  }
  const total = points.get(key);
  // A gauge's start means nothing. It says when the value was recorded: of two streams of a series the newest counts.
  const startTime = type === GAUGE_POINTS ? delta.endTime : delta.startTime;
  if (!total) {
    // The SDK keeps the caller's object. A copy does not change when the caller changes it.
    points.set(key, { ...delta, startTime, attributes: { ...attributes } });
  } else if (type === GAUGE_POINTS) {
    Object.assign(total, { value: delta.value, startTime });
  } else {
    // One instrument has one kind of buckets, so its values always add up.
    total.value = add(total.value as Value, delta.value as Value);
  }
}
