/** Whether a metric has counted what a test expects, and else a message that shows what was recorded instead. */
import { environment, isTrue } from "../environment.ts";
import { nearestName } from "./nearest-name.ts";
import {
  hasLabels,
  linesOf,
  selector,
  type TestSeries,
  type WantedLabels,
  withoutBuckets,
} from "./test-series.ts";

/** Lines of a list in a message. */
const MOST_LINES = 20;

/** A metric, and what its series have to add up to. */
export interface Expectation {
  readonly name: string;
  readonly labels?: WantedLabels | undefined;
  /** Default: anything but zero. */
  readonly value?: number | undefined;
}

/** What the series come to. */
export interface Count {
  readonly pass: boolean;
  readonly total: number;
  /** Why the test fails: because it does not pass, or because it passes and should not. */
  readonly message: string;
}

export function count(series: readonly TestSeries[], expectation: Expectation): Count {
  const { name, labels, value } = expectation;
  const total = sum(series.filter((each) => each.name === name && hasLabels(each.labels, labels)));
  const pass = value === undefined ? total !== 0 : total === value;
  const expected = `${pass ? "not " : ""}${value ?? "to have counted"}`;
  const first = `${selector(name, labels)} is ${total}, expected ${expected}`;
  return { pass, total, message: [first, ...recorded(withoutBuckets(series), name)].join("\n") };
}

export function sum(series: readonly TestSeries[]): number {
  return series.reduce((sum, { value }) => sum + value, 0);
}

/** What a test failed with, in the form in which runners show a difference. */
export class CountError extends Error {
  override readonly name = "AssertionError";
  readonly code = "ERR_ASSERTION";
  readonly actual: number;
  readonly expected: number | undefined;

  constructor({ message, total }: Count, expected?: number) {
    super(message);
    this.actual = total;
    this.expected = expected;
  }
}

function recorded(series: readonly TestSeries[], name: string): string[] {
  if (!series.length) return ["", `Nothing is recorded${isDisabled() ? ": OTEL_SDK_DISABLED is true" : ""}.`];
  const same = series.filter((each) => each.name === name);
  if (same.length) return section("Recorded under this name:", same);
  const names = series.map((each) => each.name);
  // Of a histogram's two names the count is meant.
  const nearest = nearestName(name, [...names.filter((each) => each.endsWith("_count")), ...names]);
  return [
    ...section(
      `Did you mean ${nearest}?`,
      series.filter((each) => each.name === nearest),
    ),
    ...section(
      "Recorded under other names:",
      series.filter((each) => each.name !== nearest),
    ),
  ];
}

function section(title: string, series: readonly TestSeries[]): string[] {
  return series.length ? ["", title, ...list(series)] : [];
}

function list(series: readonly TestSeries[]): string[] {
  const lines = linesOf(series);
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} more`] : [])].map(
    (line) => `  ${line}`,
  );
}

function isDisabled(): boolean {
  return isTrue(environment(), "OTEL_SDK_DISABLED");
}
