/** What panels should say of calls, from the calls themselves. */
import { HTTP_BOUNDS } from "../src/names.ts";
import type { Delivered } from "../traffic/deliveries.ts";

export type Filter = (call: Delivered) => boolean;
const ANY: Filter = () => true;

/** Calls that the receiver heard of within a window before `end`, ms. */
export function heard(calls: readonly Delivered[], end: number, window: number, filter = ANY): Delivered[] {
  return calls.filter((call) => call.heard > end - window && call.heard <= end && filter(call));
}

/** A line's sum over all its steps, in calls: each call stands in as many windows as end after it. */
export function integral(
  calls: readonly Delivered[],
  { start, end, step, window }: Readonly<Record<"start" | "end" | "step" | "window", number>>,
  filter = ANY,
): number {
  const steps = (calls: readonly Delivered[]) =>
    calls.reduce((sum, { heard }) => {
      const first = Math.max(Math.ceil((heard - start) / step), 0);
      const last = Math.min(Math.ceil((heard + window - start) / step) - 1, (end - start) / step);
      return sum + Math.max(last - first + 1, 0);
    }, 0);
  return (steps(calls.filter(filter)) * step) / window;
}

/** As `histogram_quantile` interpolates in the buckets of `http.server.request.duration`. */
export function quantile(q: number, calls: readonly Delivered[]): number {
  if (!calls.length) return Number.NaN;
  const rank = q * calls.length;
  let below = 0;
  for (const [i, bound] of HTTP_BOUNDS.entries()) {
    const upTo = calls.filter(({ duration }) => duration <= bound).length;
    if (upTo >= rank) {
      const lower = HTTP_BOUNDS[i - 1] ?? 0;
      return lower + ((bound - lower) * (rank - below)) / (upTo - below);
    }
    below = upTo;
  }
  return HTTP_BOUNDS.at(-1) ?? Number.NaN;
}
