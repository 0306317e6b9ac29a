/** Prometheus filled by the product over each wire, and how to ask what a dashboard asks there. */
import { expect } from "vitest";
import { type Placed, readDashboards, substitute, targetsOf, windows } from "../read/dashboards.ts";
import type { Prometheus, Series } from "../read/prometheus.ts";
import { DIALECTS } from "../src/query/dialect.ts";
import type { Truth } from "../traffic/truth.ts";

/** A stretch of time that Prometheus has data for. */
export interface Filled {
  /** Of `src/query/dialect.ts`, which the server understands. */
  readonly dialect: string;
  readonly prometheus: Prometheus;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Seconds. */
  readonly step: number;
  /** Of the dashboards' variables. */
  readonly values: Readonly<Record<string, string>>;
  readonly truth: Truth;
}

/** Panels that only a Lambda fills, and only an aggregator. */
export const OF_LAMBDA = [
  "Init time",
  "Init time percentiles",
  "Failed records",
  "Records by outcome",
  "Failed records by source",
  "Records per batch",
];
/** Panels that only a tail Worker fills. */
export const OF_TAIL = [
  "Invocations as the platform ended them",
  "Ended from outside",
  "CPU time percentiles",
];
export const OF_AGGREGATOR = [
  "Instances against series",
  "Batches by result",
  "Aggregator's pushes by result",
  "Rejected points by reason",
];

export const dashboards = readDashboards();
export const targets = dashboards.flatMap(targetsOf);

const byDialect = new Map(
  DIALECTS.map(({ name }) => [name as string, readDashboards(name).flatMap(targetsOf)] as const),
);

/** As the panel asks. */
export function ask(
  where: string,
  { dialect, prometheus, start, end, step, values }: Filled,
): Promise<Series[]> {
  const { target } = targetOf(where, dialect);
  const expr = substitute(target.expr, values);
  return target.instant ? prometheus.instant(expr, end) : prometheus.range(expr, start, end, step);
}

export function targetOf(where: string, dialect = "anchored"): Placed {
  const placed = byDialect.get(dialect)?.find((target) => target.where === where);
  if (!placed) throw new Error(`no target ${where}`);
  return placed;
}

/** A panel's values at the end, with rates over the last `seconds`: per second, so times these a total. */
export function overall(where: string, seconds: number, filled: Filled): Promise<Series[]> {
  const values = { ...filled.values, ...windows(seconds, seconds) };
  return filled.prometheus.instant(
    substitute(targetOf(where, filled.dialect).target.expr, values),
    filled.end,
  );
}

/** The value of the only series with these labels. */
export function lastValue(series: readonly Series[], labels: Readonly<Record<string, string>> = {}): number {
  const found = series.filter((one) =>
    Object.entries(labels).every(([name, value]) => one.labels[name] === value),
  );
  expect(found, JSON.stringify(labels)).toHaveLength(1);
  return found[0]?.samples.at(-1)?.[1] ?? Number.NaN;
}

export function hasNumbers({ samples }: Series): boolean {
  return !samples.every(([, value]) => Number.isNaN(value));
}

/** A misspelt metric answers "success" with no series; a division by nothing answers NaN. */
export function expectFilled(series: readonly Series[]): void {
  expect(series.length, "series").toBeGreaterThan(0);
  for (const { labels, samples } of series) {
    expect(samples.length, JSON.stringify(labels)).toBeGreaterThan(0);
    expect(
      samples.filter(([, value]) => !Number.isFinite(value)),
      JSON.stringify(labels),
    ).toEqual([]);
  }
}

export function expectWithin(value: number, truth: number, part: number): void {
  expect(truth).toBeGreaterThan(0);
  expect(value).toBeGreaterThan(truth * (1 - part));
  expect(value).toBeLessThan(truth * (1 + part));
}
