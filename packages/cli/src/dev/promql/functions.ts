/** Functions of instant vectors, scalars and strings. */
import { keyOf } from "@pushmeter/sdk/prometheus";
import { quantile } from "../model/quantile.ts";
import { boundOf } from "../model/roles.ts";
import type { Labels } from "../storage/database.ts";
import {
  type Element,
  elementsOf,
  NAME,
  numberOf,
  QueryError,
  scalar,
  textOf,
  type Value,
  vector,
  without,
} from "./values.ts";

interface Moment {
  /** Milliseconds since the epoch. */
  readonly time: number;
}

type Fn = (args: readonly Value[], moment: Moment) => Value;

/** One number from another, for each element. */
const each =
  (compute: (value: number, ...more: number[]) => number): Fn =>
  ([first, ...rest]) => {
    const numbers = rest.map(numberOf);
    return vector(
      elementsOf(first).map(({ labels, value }) => ({
        labels: without(labels, NAME),
        value: compute(value, ...numbers),
      })),
    );
  };

/** A part of each element's value as a time, or of the moment's. */
const ofDate =
  (part: (date: Date) => number): Fn =>
  (args, { time }) =>
    args.length
      ? each((value) => part(new Date(value * 1000)))(args, { time })
      : vector([{ labels: {}, value: part(new Date(time)) }]);

const sorted =
  (sign: 1 | -1): Fn =>
  ([first]) =>
    vector([...elementsOf(first)].sort((a, b) => sign * (a.value - b.value)));

export const FUNCTIONS: Readonly<Record<string, Fn>> = {
  abs: each(Math.abs),
  ceil: each(Math.ceil),
  floor: each(Math.floor),
  exp: each(Math.exp),
  ln: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  sqrt: each(Math.sqrt),
  sgn: each(Math.sign),
  round: each((value, to = 1) => Math.floor(value / to + 0.5) * to),
  clamp: each((value, least = Number.NaN, most = Number.NaN) => Math.max(least, Math.min(most, value))),
  clamp_min: each((value, least = Number.NaN) => Math.max(value, least)),
  clamp_max: each((value, most = Number.NaN) => Math.min(value, most)),
  minute: ofDate((date) => date.getUTCMinutes()),
  hour: ofDate((date) => date.getUTCHours()),
  day_of_week: ofDate((date) => date.getUTCDay()),
  day_of_month: ofDate((date) => date.getUTCDate()),
  month: ofDate((date) => date.getUTCMonth() + 1),
  year: ofDate((date) => date.getUTCFullYear()),
  time: (_, { time }) => scalar(time / 1000),
  pi: () => scalar(Math.PI),
  vector: ([first]) => vector([{ labels: {}, value: numberOf(first) }]),
  scalar: ([first]) => {
    const [only, ...more] = elementsOf(first);
    return scalar(only && !more.length ? only.value : Number.NaN);
  },
  absent: ([first]) => vector(elementsOf(first).length ? [] : [{ labels: {}, value: 1 }]),
  sort: sorted(1),
  sort_desc: sorted(-1),
  histogram_quantile: ([q, first]) => vector(histogramQuantile(numberOf(q), elementsOf(first))),
  // Native histograms are kept as classic ones: no series has one.
  histogram_count: () => vector([]),
  histogram_sum: () => vector([]),
  histogram_avg: () => vector([]),
  histogram_fraction: () => vector([]),
  label_replace: ([first, ...texts]) => {
    const [target = "", replacement = "", source = "", pattern = ""] = texts.map(textOf);
    return vector(labelReplace(elementsOf(first), target, replacement, source, pattern));
  },
  label_join: ([first, ...texts]) => {
    const [target = "", separator = "", ...sources] = texts.map(textOf);
    return vector(
      elementsOf(first).map(({ labels, value }) => {
        const joined = sources.map((source) => labels[source] ?? "").join(separator);
        return { labels: withLabel(labels, target, joined), value };
      }),
    );
  },
};

function histogramQuantile(q: number, elements: readonly Element[]): Element[] {
  const groups = new Map<string, { labels: Labels; buckets: Map<number, number> }>();
  for (const { labels, value } of elements) {
    if (labels.le === undefined) continue;
    const rest = without(labels, NAME, "le");
    const key = keyOf(rest);
    const group = groups.get(key) ?? { labels: rest, buckets: new Map() };
    groups.set(key, group);
    const bound = boundOf(labels);
    group.buckets.set(bound, (group.buckets.get(bound) ?? 0) + value);
  }
  return Array.from(groups.values(), ({ labels, buckets }) => ({ labels, value: quantileIn(q, buckets) }));
}

function quantileIn(q: number, buckets: ReadonlyMap<number, number>): number {
  if (!buckets.has(Number.POSITIVE_INFINITY) || buckets.size < 2) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  return q > 1 ? Number.POSITIVE_INFINITY : quantile(q, buckets);
}

function labelReplace(
  elements: readonly Element[],
  target: string,
  replacement: string,
  source: string,
  pattern: string,
): Element[] {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, "su");
  } catch {
    throw new QueryError(`invalid regular expression ${JSON.stringify(pattern)}`);
  }
  return elements.map(({ labels, value }) => {
    const match = expression.exec(labels[source] ?? "");
    if (!match) return { labels, value };
    const text = replacement.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => {
      const group = braced ?? bare;
      return match.groups?.[group] ?? match[Number(group)] ?? "";
    });
    return { labels: withLabel(labels, target, text), value };
  });
}

/** Prometheus knows no empty label. */
function withLabel(labels: Labels, name: string, value: string): Labels {
  return value ? { ...labels, [name]: value } : without(labels, name);
}
