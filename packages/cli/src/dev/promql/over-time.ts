/** Functions of the samples in a range that give one number. */
import { anchored, between, extrapolated, type Window } from "./rates.ts";
import { QueryError, type Range } from "./values.ts";

type OverTime = (range: Range, window: Window, isAnchored: boolean) => number | undefined;

const sum = ({ values }: Range) => values.reduce((total, value) => total + value, 0);
const mean = (range: Range) => sum(range) / range.values.length;
const variance = (range: Range) => {
  const average = mean(range);
  return sum({ ...range, values: range.values.map((value) => (value - average) ** 2) }) / range.values.length;
};
const increase: OverTime = (range, window, isAnchored) =>
  isAnchored ? anchored(range) : extrapolated(range, window, true);
const seconds = ({ from, to }: Window) => (to - from) / 1000;
const changes = ({ values }: Range, differs: (value: number, before: number) => boolean) =>
  values.filter((value, i) => i > 0 && differs(value, values[i - 1] as number)).length;

export const OVER_TIME: Readonly<Record<string, OverTime>> = {
  increase,
  rate: (range, window, isAnchored) => {
    const total = increase(range, window, isAnchored);
    return total === undefined ? undefined : total / seconds(window);
  },
  delta: (range, window, isAnchored) =>
    isAnchored
      ? (range.values.at(-1) as number) - (range.values[0] as number)
      : extrapolated(range, window, false),
  irate: (range) => between(range, true),
  idelta: (range) => between(range, false),
  changes: (range) => changes(range, (value, before) => value !== before),
  resets: (range) => changes(range, (value, before) => value < before),
  sum_over_time: sum,
  avg_over_time: mean,
  min_over_time: ({ values }) => Math.min(...values),
  max_over_time: ({ values }) => Math.max(...values),
  count_over_time: ({ values }) => values.length,
  last_over_time: ({ values }) => values.at(-1),
  first_over_time: ({ values }) => values[0],
  present_over_time: () => 1,
  stdvar_over_time: variance,
  stddev_over_time: (range) => Math.sqrt(variance(range)),
  deriv: (range, window) => slope(range, window.to),
};

/** Those that keep the name of the metric. */
export const KEEPS_NAME = ["last_over_time", "first_over_time"];

/** Least squares, per second. */
function slope({ times, values }: Range, origin: number): number | undefined {
  if (times.length < 2) return undefined;
  const xs = times.map((time) => (time - origin) / 1000);
  const [x, y] = [xs, values].map((all) => all.reduce((total, one) => total + one, 0) / all.length);
  let [covariance, spread] = [0, 0];
  for (const [i, each] of xs.entries()) {
    covariance += (each - (x as number)) * ((values[i] as number) - (y as number));
    spread += (each - (x as number)) ** 2;
  }
  return covariance / spread;
}

/** The value below which a part of them is. */
export function quantileOf(q: number, values: readonly number[]): number {
  if (!values.length || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return below + (above - below) * (rank - Math.floor(rank));
}

export function overTime(name: string): OverTime {
  const found = Object.hasOwn(OVER_TIME, name) ? OVER_TIME[name] : undefined;
  if (!found) throw new QueryError(`pushmeter dev does not know the function ${name}`);
  return found;
}
