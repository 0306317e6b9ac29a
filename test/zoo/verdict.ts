/** What people would read of the stored samples, held against the truth. */
import type { StoredSeries } from "@pushmeter/testkit/receivers/types";

/** Everything that a run counts. 0 is right, but for `requests`: at most 10. */
export interface Findings {
  /** Events that are missing from, or too many in, the sum of last values. */
  lost: number;
  double: number;
  /** Times that a series falls. */
  resets: number;
  /** Series that do not begin with exactly one zero. */
  zeros: number;
  /** Most requests of one push. */
  requests: number;
  /** Pushes that were reported as stored while data was missing. */
  silent: number;
  /** Pushes that were reported as failed though nothing had gone wrong and all was stored. */
  alarms: number;
  /** 1 if nothing of the last push stands where people look: within ten minutes of the right time. */
  ahead: number;
  /** How far growth is from the truth, as a share of it: by subtraction, by `increase` beyond what its
   * extrapolation explains, by `anchored`. */
  growth: number;
}

export const noFindings = (): Findings => ({
  lost: 0,
  double: 0,
  resets: 0,
  zeros: 0,
  requests: 0,
  silent: 0,
  alarms: 0,
  ahead: 0,
  growth: 0,
});

/** Counters and the counts of histograms, as any wire and any receiver calls them. */
const COUNTERS = /^(logins(_total)?|login_duration(_seconds)?_count)$/;
export const LOGINS = /^logins(_total)?$/;
const BUCKETS_AND_SUMS = /_(bucket|sum)$/;

/** How often something happened, by the label `result`: what `logins` adds up to, and what `login.duration` counts. */
export interface Counts {
  readonly logins: ReadonlyMap<string, number>;
  readonly durations: ReadonlyMap<string, number>;
}

/**
 * @param job - the label that holds the service's name.
 * @param isWhole - with the buckets and sums of histograms.
 */
export function selector(service: string, job: string, isWhole: boolean): string {
  const names = `logins(_total)?|login_duration${isWhole ? ".*" : "(_seconds)?(_count)?"}`;
  return `{${job}="${service}",__name__=~"${names}"}`;
}

/** The sums of the last values of all instances. */
export function lastValues(stored: readonly StoredSeries[]): Counts {
  const sums = { logins: new Map<string, number>(), durations: new Map<string, number>() };
  for (const { labels, samples } of stored) {
    const { __name__ = "", result = "" } = labels;
    if (BUCKETS_AND_SUMS.test(__name__)) continue;
    const values = LOGINS.test(__name__) ? sums.logins : sums.durations;
    values.set(result, (values.get(result) ?? 0) + (samples.at(-1)?.[1] ?? 0));
  }
  return sums;
}

/** Events that are missing from the values, and that are too many. */
export function compare(values: Counts, truth: Counts): { readonly lost: number; readonly double: number } {
  let [lost, double] = [0, 0];
  for (const kind of ["logins", "durations"] as const) {
    for (const result of new Set([...values[kind].keys(), ...truth[kind].keys()])) {
      const difference = (values[kind].get(result) ?? 0) - (truth[kind].get(result) ?? 0);
      if (difference < 0) lost -= difference;
      else double += difference;
    }
  }
  return { lost, double };
}

export function falls(stored: readonly StoredSeries[]): number {
  let count = 0;
  for (const { samples } of stored) {
    let before = -Infinity;
    for (const [, value] of samples) {
      if (value < before) count++;
      before = value;
    }
  }
  return count;
}

/**
 * Counters that do not begin with exactly one zero. An instance that began anew, because its clock had been wrong,
 * may say zero again: nothing may have happened since.
 *
 * @param instance - the first one.
 */
export function wrongZeros(stored: readonly StoredSeries[], instance: string): number {
  return stored.filter(({ labels, samples }) => {
    if (!COUNTERS.test(labels.__name__ ?? "")) return false;
    const zeros = samples.filter(([, value]) => value === 0).length;
    const isFirst = (labels.instance ?? labels.service_instance_id) === instance;
    return samples[0]?.[1] !== 0 || (isFirst && zeros !== 1);
  }).length;
}

/** What Prometheus's extrapolation makes of the growth of these samples: promql/functions.go, extrapolatedRate. */
export function extrapolated(
  samples: StoredSeries["samples"],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2) return 0;
  const growth = last[1] - first[1];
  const covered = last[0] - first[0];
  const spacing = covered / (samples.length - 1);
  const reach = (distance: number) => (distance >= spacing * 1.1 ? spacing / 2 : distance);
  const toZero = growth > 0 && first[1] >= 0 ? covered * (first[1] / growth) : Infinity;
  return growth * ((covered + Math.min(reach(first[0] - from), toZero) + reach(to - last[0])) / covered);
}
