/** The deltas of one scope that wait for a batch, added up. */
import type {
  DataPoint,
  DataPointType,
  InstrumentType,
  MetricData,
  ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import { CARDINALITY_LIMIT, OVERFLOW } from "../cardinality.ts";
import { GAUGE_POINTS } from "../enumerations.ts";
import { add, isExponential, type Value } from "../histogram.ts";
import { hrTime } from "../hr-time.ts";
import { keyOf } from "../key.ts";
import { nativeHistograms } from "../native-histograms/index.ts";

type Point = { -readonly [K in keyof DataPoint<unknown>]: DataPoint<unknown>[K] };

/** The SDK's descriptor has the instrument's type, which its interface does not declare. */
type Descriptor = MetricData["descriptor"] & { readonly type?: InstrumentType };

interface Sum {
  readonly data: MetricData;
  readonly points: Map<string, Point>;
}

export class Waiting {
  readonly #scope: ScopeMetrics["scope"];
  readonly #sums = new Map<string, Sum>();

  constructor(scope: ScopeMetrics["scope"]) {
    this.#scope = scope;
  }

  /** Adds one collection. */
  add(metrics: readonly MetricData[]): void {
    for (const data of metrics) {
      // The SDK has one storage for each of these: points of two instruments of one name may not add up.
      const { name, unit, valueType, type } = data.descriptor as Descriptor;
      const key = `${name} ${unit} ${valueType} ${type} ${data.dataPointType}`;
      const sum = this.#sums.get(key) ?? { data, points: new Map() };
      this.#sums.set(key, sum);
      for (const point of data.dataPoints) addPoint(sum, point, data.dataPointType);
    }
  }

  /** @param now - milliseconds since the epoch, the points' time. */
  sums(now: number): ScopeMetrics {
    const endTime = hrTime(now);
    const metrics = Array.from(this.#sums.values(), ({ data, points }) => ({
      ...data,
      dataPoints: Array.from(points.values(), (point) => ({ ...point, endTime })),
    }));
    return { scope: this.#scope, metrics: metrics as MetricData[] };
  }
}

function addPoint({ points }: Sum, delta: Point, type: DataPointType): void {
  // One NaN would make a sum NaN.
  if (type !== GAUGE_POINTS && Number.isNaN(delta.value)) return;
  let attributes = delta.attributes;
  let key = keyOf(attributes);
  if (!points.has(key) && points.size >= CARDINALITY_LIMIT - 1) {
    attributes = OVERFLOW;
    key = keyOf(attributes);
  }
  const sum = points.get(key);
  const value = isExponential(delta.value) ? nativeHistograms().of(delta.value) : delta.value;
  if (!sum) {
    // A foreign SDK keeps the caller's object. A copy does not change when the caller changes it.
    points.set(key, { ...delta, value, attributes: { ...attributes } });
  } else if (type === GAUGE_POINTS) Object.assign(sum, { value, startTime: delta.startTime });
  // One instrument has one kind of buckets, so its values always add up.
  else sum.value = add(sum.value as Value, value as Value);
}
