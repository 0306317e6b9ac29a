/** Sums of classic Prometheus histograms, and their quantiles. */
import type { Sample } from "./samples.ts";

/** By upper bound. */
export type Buckets = ReadonlyMap<number, number>;

/** The buckets of a histogram, added up over its series. */
export function bucketsOf(samples: readonly Sample[], histogram: string): Buckets {
  const buckets = new Map<number, number>();
  for (const { name, labels, value } of samples) {
    if (name !== `${histogram}_bucket`) continue;
    const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  return buckets;
}

/** `histogram_quantile`: linear inside the bucket, the last finite bound for values above it, NaN without values. */
export function quantile(q: number, buckets: Buckets): number {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const rank = q * (sorted.at(-1)?.[1] ?? 0);
  const index = sorted.findIndex(([, count]) => count >= rank);
  const [end = Number.NaN, count = 0] = sorted[index] ?? [];
  const [start, before] = sorted[index - 1] ?? [0, 0];
  if (end === Infinity) return index > 0 ? start : Number.NaN;
  if (index === 0 && end <= 0) return end;
  return start + ((end - start) * (rank - before)) / (count - before);
}
