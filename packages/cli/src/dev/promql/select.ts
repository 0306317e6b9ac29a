/** Series of the database, at a time or in a range. */
import type { Database, Series } from "../storage/database.ts";
import { type Matcher, matchesAll } from "./syntax.ts";
import { type Element, NAME, type Range } from "./values.ts";

/** How long a series counts after its newest sample, ms: Prometheus's default. */
const LOOKBACK = 300_000;

export function find(database: Database, matchers: readonly Matcher[]): Series[] {
  const name = matchers.find(({ label, equals }) => label === NAME && equals !== undefined)?.equals;
  return [...database.series(name)].filter((series) => matchesAll(matchers, series.name, series.labels));
}

export function instant(series: readonly Series[], time: number): Element[] {
  return series.flatMap(({ name, labels, samples }) => {
    const at = samples.until(time);
    if (at < 0 || samples.time(at) <= time - LOOKBACK) return [];
    const value = samples.value(at);
    return Number.isNaN(value) ? [] : [{ labels: { [NAME]: name, ...labels }, value }];
  });
}

/**
 * Samples after `from` and until `to`, milliseconds since the epoch.
 *
 * @param isAnchored - with the newest sample before them, too.
 */
export function range(series: readonly Series[], from: number, to: number, isAnchored = false): Range[] {
  return series.flatMap(({ name, labels, samples }) => {
    const times: number[] = [];
    const values: number[] = [];
    const before = samples.until(from);
    const isKept = isAnchored && before >= 0 && samples.time(before) > from - LOOKBACK;
    for (let i = isKept ? before : before + 1; i <= samples.until(to); i++) {
      if (Number.isNaN(samples.value(i))) continue;
      times.push(samples.time(i));
      values.push(samples.value(i));
    }
    return times.length ? [{ labels: { [NAME]: name, ...labels }, times, values }] : [];
  });
}
