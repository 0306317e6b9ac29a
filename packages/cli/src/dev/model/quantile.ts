/** Counts of a classic histogram by upper bound, each with those of the smaller bounds. */
export type Buckets = ReadonlyMap<number, number>;

/** `histogram_quantile`: linear inside the bucket, the last finite bound for values above it, NaN without values. */
export function quantile(q: number, buckets: Buckets): number {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (!(total > 0)) return Number.NaN;
  const rank = q * total;
  const index = sorted.findIndex(([, count]) => count >= rank);
  const [end = Number.NaN, count = 0] = sorted[index] ?? [];
  const [start, before] = sorted[index - 1] ?? [0, 0];
  if (end === Number.POSITIVE_INFINITY) return index > 0 ? start : Number.NaN;
  if (index === 0 && end <= 0) return end;
  return start + ((end - start) * (rank - before)) / (count - before);
}
