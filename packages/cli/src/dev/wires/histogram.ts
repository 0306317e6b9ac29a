/** Histograms as classic series, whatever they were on the wire. */

import { toClassic } from "@pushmeter/sdk/prometheus";
import type { ReceivedHistogram } from "@pushmeter/sdk/receiving";
import { normalizeBound } from "@pushmeter/sdk/receiving";
import type { Fragment, Labels, Sample } from "../storage/database.ts";

/** @param counts - of each bucket alone, the last without a bound. */
export function classicFragments(
  name: string,
  labels: Labels,
  boundaries: readonly number[],
  counts: readonly number[],
  sum: number,
  common: Omit<Sample, "value">,
): Fragment[] {
  const fragment = (suffix: string, value: number, bound: Labels = {}): Fragment => ({
    name: `${name}${suffix}`,
    labels: { ...labels, ...bound },
    samples: [{ ...common, value }],
    type: "histogram",
  });
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    return fragment("_bucket", total, { le: normalizeBound(boundaries[i] ?? Number.POSITIVE_INFINITY) });
  });
  return [...buckets, fragment("_count", total), ...(Number.isNaN(sum) ? [] : [fragment("_sum", sum)])];
}

/** In the default buckets, each bucket of the native histogram at its midpoint. */
export function nativeFragments(name: string, labels: Labels, histogram: ReceivedHistogram): Fragment[] {
  const { value, timestamp, stale } = histogram;
  const { buckets, sum = 0 } = toClassic(value);
  // The NaN of a stale marker is no reason to leave the sum out.
  return classicFragments(name, labels, buckets.boundaries, buckets.counts, stale ? 0 : sum, {
    timestamp,
    stale,
  });
}
