/** Adds exponential histograms up, and makes classic ones of them. */
import type { ExponentialHistogram, Histogram } from "@opentelemetry/sdk-metrics";
import { DEFAULT_BOUNDARIES } from "../histogram.ts";

/** The most buckets of one sign, as in the OpenTelemetry SDK's aggregation. */
export const MOST_BUCKETS = 160;
/** Prometheus takes scales from -4 to 8. 160 buckets of scale -4 cover every double, so only the upper limit counts. */
export const FINEST_SCALE = 8;

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
