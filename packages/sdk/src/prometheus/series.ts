/** Metric families flattened to what Prometheus stores: series of single values and of native histograms. */

import type { Exemplar, NativeHistogram } from "../histogram.ts";
import { bound } from "./bounds.ts";
import type { Labels } from "./labels.ts";
import type { Family } from "./translate.ts";

export interface Series extends Pick<Family, "type" | "help" | "unit"> {
  /** Of all series of one point: family and labels in one string, the same in every push. */
  readonly point: string;
  /** Among them: the name's suffix and `le`. */
  readonly key: string;
  readonly name: string;
  /** Without `__name__`, `job` and `instance`. */
  readonly labels: Labels;
  /** Empty if it has none. */
  readonly le: string;
  value: number | NativeHistogram;
  /** Of a bucket or a single value: the last one. */
  readonly exemplar: Exemplar | undefined;
  /** Where the series began at zero, milliseconds since the epoch. */
  readonly start: number | undefined;
}

export function* seriesOf(families: readonly Family[]): Generator<Series> {
  /** All points of an instrument have the same array. */
  const written = new Map<readonly number[], string[]>();
  for (const { name, points, startsAtZero, type, help, unit } of families) {
    for (const [labelKey, { labels, value, start, exemplar }] of points) {
      const point = name + labelKey;
      const series = (
        suffix: string,
        value: number | NativeHistogram,
        le = "",
        exemplar?: Exemplar,
      ): Series => ({
        point,
        key: suffix + le,
        name: name + suffix,
        labels,
        le,
        value,
        exemplar,
        start: startsAtZero ? start : undefined,
        type,
        help,
        unit,
      });
      if (typeof value === "number" || "plus" in value) {
        yield series("", value, "", exemplar);
        continue;
      }
      const { boundaries, counts } = value.buckets;
      const les = written.get(boundaries) ?? [...boundaries, Infinity].map(bound);
      written.set(boundaries, les);
      let count = 0;
      for (let i = 0; i <= boundaries.length; i++) {
        count += counts[i] ?? 0;
        // Bounds may name the last bucket's infinity or leave it out.
        if (boundaries[i] !== Infinity) yield series("_bucket", count, les[i], value.exemplars?.[i]);
      }
      if (value.sum !== undefined) yield series("_sum", value.sum);
      yield series("_count", value.count);
    }
  }
}
