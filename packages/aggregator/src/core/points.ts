/**
 * OTLP's data model checked point by point, for both encodings. What cannot be added up is left out and counted by
 * its reason; it takes nothing else of the request along.
 * Rules: https://opentelemetry.io/docs/specs/otel/metrics/data-model/
 */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { ExponentialHistogram } from "@opentelemetry/sdk-metrics";
import { addExponential, keyOf } from "@pushmeter/sdk/prometheus";
import { newestOf, type RawExemplar } from "./exemplars.ts";
import type { Batch, Kind, Metric, Point, Value } from "./model.ts";

/** OTLP's AggregationTemporality. */
export const DELTA = 1;
export const CUMULATIVE = 2;
/** DataPointFlags: the series has ended. */
const NO_RECORDED_VALUE = 1;
/** Far above what instruments have. */
const MOST_BOUNDS = 200;
const MOST_ATTRIBUTES = 64;
const MOST_EXPONENTIAL_BUCKETS = 10_000;
const LONGEST_NAME = 255;

export interface RawMetric {
  scope: string;
  scopeVersion: string;
  name: string;
  unit: string;
  description: string;
  data: "gauge" | "sum" | "histogram" | "exponential_histogram" | "summary" | undefined;
  temporality: number;
  monotonic: boolean;
  points: RawPoint[];
}

export interface RawBuckets {
  offset: number;
  bucketCounts: number[];
}

/** A point's attributes. */
export interface AttributeSet {
  /** As `keyOf` writes them. */
  readonly key: string;
  readonly size: number;
}

export function attributeSetOf(attributes: Attributes): AttributeSet {
  return { key: keyOf(attributes), size: Object.keys(attributes).length };
}

/** Of a key that is repeated the last counts. */
export function setAttribute(attributes: Attributes, key: string, value: AttributeValue): void {
  // It must become a key; for others an assignment costs a tenth.
  if (key !== "__proto__") attributes[key] = value;
  else Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true });
}

export const NO_ATTRIBUTES: AttributeSet = attributeSetOf({});

export interface RawPoint {
  attributes: AttributeSet;
  /** Nanoseconds since the epoch, as exactly as a number holds them; 0 if the sender does not say. */
  start: number;
  /** Milliseconds since the epoch; 0 if the sender does not say. */
  time: number;
  flags: number;
  value: number | undefined;
  count: number;
  sum: number | undefined;
  bucketCounts: number[];
  bounds: number[];
  scale: number;
  zeroCount: number;
  positive: RawBuckets;
  negative: RawBuckets;
  exemplars: RawExemplar[];
}

const NO_BUCKETS: RawBuckets = { offset: 0, bucketCounts: [] };

export function emptyPoint(): RawPoint {
  return {
    attributes: NO_ATTRIBUTES,
    start: 0,
    time: 0,
    flags: 0,
    value: undefined,
    count: 0,
    sum: undefined,
    bucketCounts: [],
    bounds: [],
    scale: 0,
    zeroCount: 0,
    positive: NO_BUCKETS,
    negative: NO_BUCKETS,
    exemplars: [],
  };
}

export function checkBatch(resource: Attributes, metrics: readonly RawMetric[]): Batch {
  const points: Point[] = [];
  const rejected = new Map<string, number>();
  const reject = (reason: string, count: number) => rejected.set(reason, (rejected.get(reason) ?? 0) + count);
  for (const raw of metrics) {
    if (!raw.points.length) continue;
    const kind = kindOf(raw);
    const wrong = kind ? wrongMetric(raw, kind) : (raw.data ?? "no_data");
    if (!kind || wrong) {
      reject(wrong ?? "no_data", raw.points.length);
      continue;
    }
    const { scope, scopeVersion, name, unit, description } = raw;
    const metric: Metric = { scope, scopeVersion, name, unit, description, kind };
    for (const rawPoint of raw.points) {
      if (rawPoint.flags & NO_RECORDED_VALUE) continue;
      const point = pointOf(raw, metric, rawPoint);
      if (typeof point === "string") reject(point, 1);
      else points.push(point);
    }
  }
  return { resource, points, rejected };
}

function kindOf({ data, monotonic }: RawMetric): Kind | undefined {
  if (data === "sum") return monotonic ? "counter" : "updown";
  if (data === "exponential_histogram") return "histogram";
  return data === "gauge" || data === "histogram" ? data : undefined;
}

function wrongMetric(
  { name, scope, scopeVersion, unit, temporality }: RawMetric,
  kind: Kind,
): string | undefined {
  if (!name) return "no_name";
  if ([name, scope, scopeVersion, unit].some(({ length }) => length > LONGEST_NAME)) return "name_too_long";
  if (kind !== "gauge" && temporality !== DELTA && temporality !== CUMULATIVE) return "no_temporality";
  return undefined;
}

/** The point, or why it is left out. */
function pointOf(raw: RawMetric, metric: Metric, point: RawPoint): Point | string {
  const { time, start, attributes } = point;
  if (!time) return "no_time";
  if (attributes.size > MOST_ATTRIBUTES) return "too_many_attributes";
  const cumulative = raw.temporality === CUMULATIVE && metric.kind !== "gauge";
  const exemplar = point.exemplars.length ? newestOf(point.exemplars) : undefined;
  const common = {
    metric,
    key: attributes.key,
    start: cumulative ? start : 0,
    time,
    cumulative,
    ...(exemplar && { exemplar }),
  };
  if (metric.kind === "histogram") {
    const exponential = raw.data === "exponential_histogram";
    const wrong = exponential ? wrongExponential(point) : wrongBuckets(point);
    if (wrong) return wrong;
    if (point.sum !== undefined && !Number.isFinite(point.sum)) return "not_a_number";
    if (exponential) return { ...common, value: exponentialOf(point) };
    return { ...common, bounds: point.bounds, value: bucketsOf(point) };
  }
  const { value } = point;
  // JSON has no NaN: senders leave the value out. Infinity would be the end of any total.
  if (value === undefined || !Number.isFinite(value)) return "not_a_number";
  if (metric.kind === "counter" && value < 0) return "negative";
  return { ...common, value };
}

function wrongBuckets({ count, bucketCounts, bounds }: RawPoint): string | undefined {
  if (bounds.length > MOST_BOUNDS) return "too_many_bounds";
  if (!bucketCounts.length && !bounds.length) return undefined;
  if (bucketCounts.length !== bounds.length + 1) return "bad_histogram";
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i] as number;
    if (!Number.isFinite(bound) || bound <= (bounds[i - 1] ?? -Infinity)) return "bad_histogram";
  }
  let total = 0;
  for (const n of bucketCounts) total += n;
  return total === count ? undefined : "bad_histogram";
}

function bucketsOf({ count, sum = Number.NaN, bucketCounts }: RawPoint): Value {
  return [sum, ...(bucketCounts.length ? bucketCounts : [count])];
}

function wrongExponential({ count, scale, zeroCount, positive, negative }: RawPoint): string | undefined {
  if (!(Number.isInteger(scale) && scale >= -10 && scale <= 20)) return "bad_histogram";
  // Buckets beyond what a double can be would never fit into a coarser scale.
  const [least, most] = [-1075 * 2 ** scale - 1, 1024 * 2 ** scale + 1];
  let total = zeroCount;
  for (const { offset, bucketCounts } of [positive, negative]) {
    if (bucketCounts.length > MOST_EXPONENTIAL_BUCKETS) return "too_many_bounds";
    if (bucketCounts.length && (offset < least || offset + bucketCounts.length > most))
      return "bad_histogram";
    for (const n of bucketCounts) total += n;
  }
  return total === count ? undefined : "bad_histogram";
}

function exponentialOf({ count, sum = 0, scale, zeroCount, positive, negative }: RawPoint): Value {
  // In as few buckets as Prometheus takes.
  return addExponential({ count, sum, scale, zeroCount, positive, negative } as ExponentialHistogram);
}
