/** Growth in a range, as Prometheus computes it: promql/functions.go, `extrapolatedRate` and its neighbours. */
import type { Range } from "./values.ts";

export interface Window {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** How much a counter has grown, resets included. */
function growth(values: readonly number[]): number {
  let total = 0;
  for (let i = 1; i < values.length; i++) {
    const [before = 0, value = 0] = [values[i - 1], values[i]];
    total += value < before ? value : value - before;
  }
  return total;
}

/** `increase` and `delta`; undefined for less than two samples. */
export function extrapolated(
  { times, values }: Range,
  { from, to }: Window,
  isCounter: boolean,
): number | undefined {
  if (times.length < 2) return undefined;
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const [firstValue = 0, lastValue = 0] = [values[0], values.at(-1)];
  const result = isCounter ? growth(values) : lastValue - firstValue;
  const sampled = last - first;
  const average = sampled / (times.length - 1);
  let [toStart, toEnd] = [first - from, to - last];
  if (toStart >= average * 1.1) toStart = average / 2;
  // A counter cannot have been negative.
  if (isCounter && result > 0 && firstValue >= 0)
    toStart = Math.min(toStart, sampled * (firstValue / result));
  if (toEnd >= average * 1.1) toEnd = average / 2;
  return result * ((sampled + toStart + toEnd) / sampled);
}

/** `increase(x[w] anchored)`: from the value at the beginning to the value at the end, nothing extrapolated. */
export function anchored({ values }: Range): number {
  return growth(values);
}

/** `irate` and `idelta`. */
export function between({ times, values }: Range, isRate: boolean): number | undefined {
  if (times.length < 2) return undefined;
  const [before = 0, last = 0] = values.slice(-2);
  const [start = 0, end = 0] = times.slice(-2);
  if (!isRate) return last - before;
  return (last < before ? last : last - before) / ((end - start) / 1000);
}
