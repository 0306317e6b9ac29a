/**
 * The cumulative totals of one instance: those of the built-in instruments as they are, and those of the user's
 * instruments, added up from the deltas that the OpenTelemetry SDK collects.
 *
 * The SDK's cumulative mode limits attribute sets per collection, not for the life of the instance: with a push
 * every few seconds its memory would grow with every new attribute value. Here the limit holds for the instance's
 * life, and what exceeds it is counted under `otel.metric.overflow="true"`.
 */
import type { Resource } from "@opentelemetry/resources";
import type {
  DataPoint,
  DataPointType,
  InstrumentType,
  MetricData,
  ResourceMetrics,
  ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import { CARDINALITY_LIMIT, OVERFLOW } from "../cardinality.ts";
import { CUMULATIVE, GAUGE_POINTS, OBSERVABLE_GAUGE } from "../enumerations.ts";
import { add, isExponential, type NativeHistograms, type Value } from "../histogram.ts";
import { hrTime } from "../hr-time.ts";
import { keyOf } from "../key.ts";

type Point = { -readonly [K in keyof DataPoint<unknown>]: DataPoint<unknown>[K] };

/** The SDK's descriptor has the instrument's type, which its interface does not declare. */
type Descriptor = MetricData["descriptor"] & { readonly type?: InstrumentType };

interface Total {
  readonly data: MetricData;
  readonly points: Map<string, Point>;
}

export class Totals {
  readonly #totals = new Map<string, Total>();
  /** What was collected as totals, the last time. */
  #whole: MetricData[] = [];
  readonly #limit: number;
  readonly #native: () => NativeHistograms | undefined;
  /** There is one meter, and so one scope. */
  #scope: ScopeMetrics["scope"] = { name: "" };

  /**
   * @param native - adds exponential histograms up, where there can be any.
   * @param limit - attribute sets per instrument.
   */
  constructor(native: () => NativeHistograms | undefined = () => undefined, limit = CARDINALITY_LIMIT) {
    this.#native = native;
    this.#limit = limit;
  }

  /** Adds one collection. */
  add({ scopeMetrics }: ResourceMetrics): void {
    this.#whole = [];
    // A callback reports everything that exists now: what it leaves out is gone (SDK specification, "Observations
    // inside asynchronous callbacks").
    for (const { data, points } of this.#totals.values()) {
      if ((data.descriptor as Descriptor).type === OBSERVABLE_GAUGE) points.clear();
    }
    for (const { scope, metrics } of scopeMetrics) {
      this.#scope = scope;
      for (const data of metrics) {
        const { descriptor, dataPointType } = data;
        if (data.aggregationTemporality === CUMULATIVE) {
          this.#whole.push(data);
          continue;
        }
        // The SDK has one storage for each of these: points of two instruments of one name may not add up.
        const { name, unit, valueType, type } = descriptor as Descriptor;
        const key = `${name} ${unit} ${valueType} ${type}`;
        const total = this.#totals.get(key) ?? { data, points: new Map() };
        this.#totals.set(key, total);
        for (const point of data.dataPoints) this.#addPoint(total, point, dataPointType);
      }
    }
  }

  /**
   * All totals as one cumulative batch.
   *
   * @param now - milliseconds since the epoch, the points' time.
   */
  cumulative(resource: Resource, now: number): ResourceMetrics {
    const endTime = hrTime(now);
    const metrics = Array.from(this.#totals.values(), ({ data, points }) => ({
      ...data,
      aggregationTemporality: CUMULATIVE,
      dataPoints: Array.from(points.values(), (point) => ({ ...point, endTime })),
    }));
    return {
      resource,
      scopeMetrics: [{ scope: this.#scope, metrics: [...this.#whole, ...(metrics as MetricData[])] }],
    };
  }

  #addPoint({ points }: Total, delta: Point, type: DataPointType): void {
    // One NaN would make a counter NaN for the rest of the instance's life.
    if (type !== GAUGE_POINTS && Number.isNaN(delta.value)) return;
    let attributes = delta.attributes;
    let key = keyOf(attributes);
    if (!points.has(key) && points.size >= this.#limit - 1) {
      attributes = OVERFLOW;
      key = keyOf(attributes);
    }
    const total = points.get(key);
    const value = isExponential(delta.value) ? this.#native()?.of(delta.value) : delta.value;
    // A gauge's start means nothing. It says when the value was recorded: of two streams of a series the newest counts.
    const startTime = type === GAUGE_POINTS ? delta.endTime : delta.startTime;
    if (!total) {
      // The SDK keeps the caller's object. A copy does not change when the caller changes it.
      points.set(key, { ...delta, value, startTime, attributes: { ...attributes } });
    } else if (type === GAUGE_POINTS) {
      Object.assign(total, { value, startTime });
    } else {
      // One instrument has one kind of buckets, so its values always add up.
      total.value = add(total.value as Value, value as Value);
    }
  }
}
