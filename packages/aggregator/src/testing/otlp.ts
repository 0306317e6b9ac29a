/** OTLP/JSON bodies, as any OpenTelemetry SDK or Collector may send them. */

export interface Request {
  readonly resource?: Record<string, string>;
  readonly scope?: string;
  readonly metrics: readonly object[];
}

const DELTA = 1;
export const CUMULATIVE = 2;

export function body({ resource = {}, scope = "", metrics }: Request): Uint8Array {
  const attributes = attributesOf(resource);
  const scopeMetrics = [{ scope: { name: scope }, metrics }];
  return new TextEncoder().encode(
    JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] }),
  );
}

function attributesOf(attributes: Record<string, unknown>) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: `${value}` } : { stringValue: value },
  }));
}

/** @param time - milliseconds since the epoch. */
export function nanoseconds(time: number): string {
  return `${Math.floor(time)}000000`;
}

export interface PointOptions {
  readonly name?: string;
  readonly unit?: string;
  readonly attributes?: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  readonly start?: number;
  readonly temporality?: number;
  readonly isMonotonic?: boolean;
}

/** A sum with one point. */
export function sum(value: number, time: number, options: PointOptions = {}): object {
  const {
    name = "logins",
    unit = "",
    attributes = {},
    start,
    temporality = DELTA,
    isMonotonic = true,
  } = options;
  const point = {
    attributes: attributesOf(attributes),
    timeUnixNano: nanoseconds(time),
    ...(start !== undefined && { startTimeUnixNano: nanoseconds(start) }),
    asDouble: value,
  };
  return { name, unit, sum: { aggregationTemporality: temporality, isMonotonic, dataPoints: [point] } };
}

/** A gauge with one point. */
export function gauge(
  value: number,
  time: number,
  { name = "level", attributes = {} }: PointOptions = {},
): object {
  const point = { attributes: attributesOf(attributes), timeUnixNano: nanoseconds(time), asDouble: value };
  return { name, gauge: { dataPoints: [point] } };
}

/** A histogram with one point in the bucket up to 1. */
export function histogram(count: number, time: number, options: PointOptions = {}): object {
  const { name = "size", attributes = {}, start, temporality = DELTA } = options;
  const point = {
    attributes: attributesOf(attributes),
    timeUnixNano: nanoseconds(time),
    ...(start !== undefined && { startTimeUnixNano: nanoseconds(start) }),
    count,
    sum: count / 2,
    bucketCounts: [count, 0],
    explicitBounds: [1],
  };
  return { name, histogram: { aggregationTemporality: temporality, dataPoints: [point] } };
}

/** An exponential histogram of scale 0 with all counts between 2^offset and 2^(offset + 1). */
export function exponential(count: number, offset: number, time: number, options: PointOptions = {}): object {
  const { name = "size", start, temporality = DELTA } = options;
  const point = {
    timeUnixNano: nanoseconds(time),
    ...(start !== undefined && { startTimeUnixNano: nanoseconds(start) }),
    count,
    sum: count * 1.5 * 2 ** offset,
    scale: 0,
    zeroCount: 0,
    positive: { offset, bucketCounts: [count] },
  };
  return { name, exponentialHistogram: { aggregationTemporality: temporality, dataPoints: [point] } };
}
