/** A histogram as a test reads it. */
import type { Histogram } from "@opentelemetry/sdk-metrics";

export interface TestHistogram {
  /** How many values were recorded. */
  readonly count: number;
  readonly sum: number;
  /**
   * The value below which the share `q` of the values lies, 0.95 for the 95th percentile. Interpolated inside a bucket, as
   * PromQL's `histogram_quantile` does. NaN if nothing was recorded.
   *
   * @param q - from 0 to 1.
   */
  quantile(q: number): number;
}

export function testHistogram(value: Histogram | undefined): TestHistogram {
  const { count = 0, sum = 0 } = value ?? {};
  return { count, sum, quantile: (q) => (value && count ? quantile(value, q) : NaN) };
}

function quantile({ count, buckets: { boundaries, counts } }: Histogram, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`pushmeter: a quantile is from 0 to 1, got ${q}`);
  const rank = q * count;
  let below = 0;
  for (const [i, upper] of boundaries.entries()) {
    const inside = counts[i] ?? 0;
    if (inside && below + inside >= rank) {
      // Of the first bucket: zero, unless it is negative.
      const lower = boundaries[i - 1] ?? Math.min(0, upper);
      return lower + (upper - lower) * ((rank - below) / inside);
    }
    below += inside;
  }
  // Above the last bound nothing is known.
  return boundaries.at(-1) ?? NaN;
}
