/** Arithmetic of values: what a delta adds to a total, and what lies between two totals. */
import type { ExponentialHistogram } from "@opentelemetry/sdk-metrics";
import { addExponential, toClassic } from "@pushmeter/sdk/prometheus";
import type { Point, Value } from "./model.ts";

export function isBuckets(value: Value): value is readonly number[] {
  return Array.isArray(value);
}

/** The value of a series before anything was added to it. */
export function zeroOf(value: Value): Value {
  if (typeof value === "number") return 0;
  if (isBuckets(value)) return value.map((n, i) => (i || !Number.isNaN(n) ? 0 : n));
  return { ...value, count: 0, sum: 0, zeroCount: 0, positive: NO_BUCKETS, negative: NO_BUCKETS };
}

const NO_BUCKETS = { offset: 0, bucketCounts: [] };

/** Both are of one kind, and of the same bounds. */
export function add(a: Value, b: Value): Value {
  if (typeof a === "number") return finite(a + (b as number));
  if (isBuckets(a)) return a.map((n, i) => finite(n + ((b as readonly number[])[i] as number)));
  const sum = addExponential(a, b as ExponentialHistogram);
  return { ...sum, sum: finite(sum.sum ?? 0) };
}

/** What was added between two totals; undefined if the later one is lower, because its sender began anew. */
export function growth(later: Value, earlier: Value): Value | undefined {
  if (typeof later === "number")
    return later >= (earlier as number) ? later - (earlier as number) : undefined;
  if (isBuckets(later)) {
    const before = earlier as readonly number[];
    const grown = later.map((n, i) => n - (before[i] as number));
    return grown.some((n, i) => i && n < 0) ? undefined : grown;
  }
  const grown = addExponential(later, negated(earlier as ExponentialHistogram));
  const counts = [grown.zeroCount, ...grown.positive.bucketCounts, ...grown.negative.bucketCounts];
  return counts.some((n) => n < 0) ? undefined : grown;
}

/** OpenTelemetry's default bounds, and its semantic conventions' for durations in seconds. */
const BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** An exponential histogram's point as one with bounds: each bucket counts where its midpoint is. */
export function withBounds(point: Point): Point {
  const { value, metric } = point;
  if (typeof value === "number" || isBuckets(value)) return point;
  const bounds = metric.unit === "s" ? SECONDS : BOUNDS;
  const { sum = Number.NaN, buckets } = toClassic(value, bounds);
  return { ...point, bounds, value: [sum, ...buckets.counts] };
}

/** Nothing was added. */
export function isZero(value: Value): boolean {
  if (typeof value === "number") return value === 0;
  return isBuckets(value) ? value.every((n, i) => !i || n === 0) : value.count === 0;
}

function negated({ count, sum, zeroCount, positive, negative, ...rest }: ExponentialHistogram) {
  const buckets = ({ offset, bucketCounts }: ExponentialHistogram["positive"]) => ({
    offset,
    bucketCounts: bucketCounts.map((n) => -n),
  });
  return {
    ...rest,
    count: -count,
    sum: -(sum ?? 0),
    zeroCount: -zeroCount,
    positive: buckets(positive),
    negative: buckets(negative),
  };
}

/** A total never becomes infinite: it could not grow any more, nor be stored as JSON. */
function finite(value: number): number {
  return Math.max(Math.min(value, Number.MAX_VALUE), -Number.MAX_VALUE);
}
