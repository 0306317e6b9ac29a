/** Adds histograms up: classic ones, which have bounds, and exponential ones, which have a scale. */
import type { ExponentialHistogram, Histogram } from "@opentelemetry/sdk-metrics";

export type AnyHistogram = Histogram | ExponentialHistogram;

/** The value of a sum, a gauge or a histogram. */
export type Value = number | AnyHistogram;

/** The most buckets of one sign, as in the OpenTelemetry SDK's aggregation. */
const MOST_BUCKETS = 160;
/** Prometheus takes scales from -4 to 8. 160 buckets of scale -4 cover every double, so only the upper limit counts. */
const FINEST_SCALE = 8;
/** For instruments without advice, the same as in the SDK's aggregation. */
const DEFAULT_BOUNDARIES = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

export function isExponential(value: unknown): value is ExponentialHistogram {
  return (value as ExponentialHistogram).scale !== undefined;
}

/** The sum of two of a kind, or undefined if bounds differ: counts of different buckets do not add up. */
export function add(a: Value, b: Value): Value | undefined {
  if (typeof a === "number" || typeof b === "number") return (a as number) + (b as number);
  if (isExponential(a) && isExponential(b)) return addExponential(a, b);
  const { buckets: left } = a as Histogram;
  const { buckets: right } = b as Histogram;
  if (`${left?.boundaries}` !== `${right?.boundaries}`) return undefined;
  return {
    count: a.count + b.count,
    // Absent where the instrument takes negative values.
    ...(a.sum !== undefined && b.sum !== undefined && { sum: a.sum + b.sum }),
    buckets: {
      boundaries: left.boundaries,
      counts: left.counts.map((count, i) => count + (right.counts[i] ?? 0)),
    },
  };
}

/** What `value` has grown by since `before`, of the same kind; undefined if bounds differ. */
export function minus(value: Value, before: Value): Value | undefined {
  return add(value, negative(before));
}

function negative(value: Value): Value {
  if (typeof value === "number") return -value;
  const { count, sum = 0 } = value;
  const flip = (counts: readonly number[]) => counts.map((each) => -each);
  if (!isExponential(value)) {
    const { boundaries, counts } = value.buckets;
    return {
      count: -count,
      ...(value.sum !== undefined && { sum: -sum }),
      buckets: { boundaries, counts: flip(counts) },
    };
  }
  const { scale, zeroCount, positive, negative } = value;
  const flipped = ({ offset, bucketCounts }: typeof positive) => ({
    offset,
    bucketCounts: flip(bucketCounts),
  });
  return {
    count: -count,
    sum: -sum,
    scale,
    zeroCount: -zeroCount,
    positive: flipped(positive),
    negative: flipped(negative),
  };
}

/**
 * The sum of one or more, at the finest scale that all have, that Prometheus knows, and that has room for all
 * buckets. Bucket `i` of scale `s` holds what is above 2^(i / 2^s) and at most 2^((i + 1) / 2^s): OpenTelemetry
 * specification, "Metrics Data Model", "ExponentialHistogram". Prometheus has no place for minimum and maximum.
 */
export function addExponential(...all: readonly ExponentialHistogram[]): ExponentialHistogram {
  const sum = (key: "count" | "sum" | "zeroCount") =>
    all.reduce((total, each) => total + (each[key] ?? 0), 0);
  for (let scale = Math.min(FINEST_SCALE, ...all.map((each) => each.scale)); ; scale--) {
    const [positive, negative] = (["positive", "negative"] as const).map((sign) => {
      const counts = new Map<number, number>();
      for (const each of all) {
        const { offset, bucketCounts } = each[sign];
        bucketCounts.forEach((count, i) => {
          const index = (offset + i) >> (each.scale - scale);
          if (count) counts.set(index, (counts.get(index) ?? 0) + count);
        });
      }
      const offset = counts.size && Math.min(...counts.keys());
      const length = counts.size && Math.max(...counts.keys()) - offset + 1;
      if (length > MOST_BUCKETS) return undefined;
      return { offset, bucketCounts: Array.from({ length }, (_, i) => counts.get(offset + i) ?? 0) };
    });
    if (!positive || !negative) continue;
    return { count: sum("count"), sum: sum("sum"), zeroCount: sum("zeroCount"), scale, positive, negative };
  }
}

/** For receivers without native histograms. Each bucket counts at its midpoint; count and sum stay exact. */
export function toClassic(
  { count, sum, scale, zeroCount, positive, negative }: ExponentialHistogram,
  boundaries = DEFAULT_BOUNDARIES,
): Histogram {
  const counts = [...boundaries, 0].fill(0);
  const add = (value: number, count: number) => {
    const i = boundaries.findIndex((bound) => value <= bound);
    (counts as [number])[(i < 0 ? boundaries.length : i) as 0] += count;
  };
  add(0, zeroCount);
  for (const [sign, { offset, bucketCounts }] of [
    [1, positive],
    [-1, negative],
  ] as const) {
    bucketCounts.forEach((count, i) => {
      add(sign * 2 ** ((offset + i + 0.5) / 2 ** scale), count);
    });
  }
  return { count, sum, buckets: { boundaries, counts } };
}
