/**
 * How much a series grew within a window, in the query languages of the receivers. `rate` and `increase` of
 * Prometheus extrapolate, which is wrong by half for instances that push once or twice: docs/querying.md.
 */

interface Growth {
  /** Selects series that only grow. */
  readonly selector: string;
  /** The series are native histograms. */
  readonly native: boolean;
  readonly window: string;
  /** How long ago the window ended, e.g. `1w`; empty: now. */
  readonly offset: string;
}

export interface Dialect {
  readonly name: "anchored" | "victoriametrics" | "subtract";
  /** What it is for, in the words of a menu. */
  readonly title: string;
  /** The receiver stores native histograms. */
  readonly native: boolean;
  /** An instance's first value counts although no zero came before it: no other query is needed for it. */
  readonly countsFirstValue: boolean;
  /** Parts that are summed over all series before they are added up. */
  growth(of: Growth): readonly Part[];
  /**
   * The same for less, of series that do not fall within the window or the look-back: it matches no series with
   * another one, which costs ten times as much as reading it.
   */
  readonly growthWithoutResets?: (of: Growth) => readonly Part[];
}

/** A value per series, and whether it is added or subtracted. */
export interface Part {
  readonly expr: string;
  readonly sign: 1 | -1;
}

function whole(expr: string): readonly Part[] {
  return [{ expr, sign: 1 }];
}

/** How far back the value before a window is looked for: longer than an instance is idle. */
export const LOOK_BACK = "1h";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a duration such as `5m`. */
export function secondsIn(duration: string): number {
  const [, number, unit = ""] = /^(\d+)([smhdw])$/.exec(duration) ?? [];
  return Number(number) * (UNITS[unit] ?? Number.NaN);
}

/** The window and the look-back before it, as one duration. Grafana's variables are not numbers yet: in ms. */
function withLookBack(window: string): string {
  return window.startsWith("$")
    ? `${LOOK_BACK}\${${window.slice(1)}_ms}ms`
    : `${secondsIn(window) + secondsIn(LOOK_BACK)}s`;
}

/** `offset` of a selector that ends `window` before another one. */
export function before(window: string, offset: string): string {
  return ` offset ${offset}${window}`;
}

export function ago(offset: string): string {
  return offset && ` offset ${offset}`;
}

/** Prometheus 3.16 and later; 3.15 and Mimir with a flag. As cheap as `rate`. */
export const anchored: Dialect = {
  name: "anchored",
  title: "Prometheus 3.16 or later",
  native: true,
  countsFirstValue: false,
  growth: ({ selector, window, offset }) => whole(`increase(${selector}[${window}] anchored${ago(offset)})`),
};

/**
 * For rules, in which `anchored` looks back five minutes and no further: both increases begin at the same sample,
 * an hour before the window.
 */
export const anchoredRules: Dialect = {
  ...anchored,
  growth: ({ selector, window, offset }) => [
    { expr: `increase(${selector}[${withLookBack(window)}] anchored${ago(offset)})`, sign: 1 },
    { expr: `increase(${selector}[${LOOK_BACK}] anchored${before(window, offset)})`, sign: -1 },
  ],
};

/** VictoriaMetrics: its `increase` begins at the value before the window; its `rate` is a slope of two samples. */
export const victoriametrics: Dialect = {
  name: "victoriametrics",
  title: "VictoriaMetrics",
  native: false,
  countsFirstValue: true,
  growth: ({ selector, window, offset }) => whole(`increase(${selector}[${window}]${ago(offset)})`),
};

/** Any Prometheus, Thanos and Cortex: the last value less the one before the window. */
export const subtract: Dialect = {
  name: "subtract",
  title: "any Prometheus, Thanos or Cortex",
  native: true,
  countsFirstValue: false,
  growth({ selector, native, window, offset }) {
    const range = `${selector}[${window}]${ago(offset)}`;
    const last = `last_over_time(${range})`;
    const first = `last_over_time(${selector}[${LOOK_BACK}]${before(window, offset)})`;
    if (native) return whole(`(${last} - (${first} or 0 * ${last}))`);
    // A series that begins within the window begins with our zero, which is its least value.
    const grown = `(${last} - (${first} or min_over_time(${range}))) >= 0`;
    // A scraped process keeps its series over a restart. A fall at the window's very start is in no range.
    return whole(`(increase(${range}) and resets(${range}) > 0 or ${grown} or ${last})`);
  },
  growthWithoutResets({ selector, native, window, offset }) {
    const since = `${selector}[${withLookBack(window)}]${ago(offset)}`;
    const earlier = `${selector}[${LOOK_BACK}]${before(window, offset)}`;
    const grown: Part[] = [
      { expr: `last_over_time(${since})`, sign: 1 },
      { expr: `last_over_time(${earlier})`, sign: -1 },
    ];
    if (native) return grown;
    // Both are the same but for a series that begins within the window: its least value is no growth.
    return [
      ...grown,
      { expr: `min_over_time(${since})`, sign: -1 },
      { expr: `min_over_time(${earlier})`, sign: 1 },
    ];
  },
};

export const DIALECTS: readonly Dialect[] = [anchored, victoriametrics, subtract];
