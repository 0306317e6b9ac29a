/** Limits that the figures have to keep. */

export interface Bar {
  /** What is measured, with the name of the part first. */
  readonly what: string;
  readonly figure: string;
  /** The limit. */
  readonly bar: string;
  readonly ok: boolean;
}

/** @param show - writes a number with its unit. Default: two decimals. */
export function atMost(what: string, value: number, limit: number, show = decimals): Bar {
  return { what, figure: show(value), bar: `at most ${show(limit)}`, ok: value <= limit };
}

export function atLeast(what: string, value: number, limit: number, show = decimals): Bar {
  return { what, figure: show(value), bar: `at least ${show(limit)}`, ok: value >= limit };
}

export function all(what: string, value: number, expected: number): Bar {
  return { what, figure: count(value), bar: `all ${count(expected)}`, ok: value === expected };
}

const decimals = (value: number) => value.toFixed(2);

export const times = (value: number) => `${value.toFixed(2)} ×`;
export const count = (value: number) => value.toLocaleString("en");
export const bytes = (value: number) => `${count(value)} B`;
export const megabytes = (value: number) => `${(value / 1e6).toFixed(1)} MB`;
export const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** The bars as rows of a table, the first row with the names of the columns. */
export function rowsOf(bars: readonly Bar[]): string[][] {
  return [
    ["what", "figure", "bar", ""],
    ...bars.map(({ what, figure, bar, ok }) => [what, figure, bar, ok ? "ok" : "MISSED"]),
  ];
}
