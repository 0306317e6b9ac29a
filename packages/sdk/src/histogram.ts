import type { Histogram } from "@opentelemetry/sdk-metrics";

/** The sum of two histograms, or undefined if their bounds differ: counts of different buckets do not add up. */
export function addHistograms(a: Histogram, b: Histogram): Histogram | undefined {
  if (a.buckets.boundaries.join() !== b.buckets.boundaries.join()) return undefined;
  return {
    count: a.count + b.count,
    // Absent where the instrument takes negative values.
    ...(a.sum !== undefined && b.sum !== undefined && { sum: a.sum + b.sum }),
    buckets: {
      boundaries: a.buckets.boundaries,
      counts: a.buckets.counts.map((count, i) => count + (b.buckets.counts[i] ?? 0)),
    },
  };
}
