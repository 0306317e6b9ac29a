/** Series as tests ask for them: by name and labels, with the last value of each. */
import type { Labels } from "../prometheus/labels.ts";

/** Labels that a series has to have. A number or a boolean stands for its text; an empty text: has it not. */
export type WantedLabels = Readonly<Record<string, string | number | boolean>>;

export interface TestSeries {
  readonly name: string;
  /** Without `job` and `instance`; of a bucket with `le`. */
  readonly labels: Labels;
  readonly value: number;
}

export function hasLabels(labels: Labels, wanted: WantedLabels = {}): boolean {
  return Object.entries(wanted).every(([label, value]) => (labels[label] ?? "") === `${value}`);
}

/** `app_logins_total{result="success"}` */
export function selector(name: string, labels: WantedLabels = {}): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(`${value}`)}`);
  return pairs.length ? `${name}{${pairs}}` : name;
}

/** Of a histogram the count and the sum. */
export function withoutBuckets(series: readonly TestSeries[]): TestSeries[] {
  return series.filter(({ name, labels }) => !(name.endsWith("_bucket") && labels.le));
}

/** A line each. */
export function linesOf(series: readonly TestSeries[]): string[] {
  return series.map(({ name, labels, value }) => `${selector(name, labels)} ${value}`);
}
