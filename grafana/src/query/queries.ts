/**
 * PromQL over series of instances that come and go: growth is summed over them before anything is divided. All
 * growth is asked here, in one dialect, so that panels and rules agree.
 */
import { PUSH_TIME } from "../names.ts";
import { ago, before, type Dialect, LOOK_BACK } from "./dialect.ts";
import type { Growing, Series } from "./growing.ts";

/** At least four push intervals, from the data source's `timeInterval`. */
export const RATE_INTERVAL = "$__rate_interval";
/** What the dashboard shows, for totals. */
export const WHOLE_RANGE = "$__range";
/** Without a push for so long, a service has no zero to draw. */
export const ALIVE = "5m";

const SECONDS: Readonly<Record<string, string>> = {
  [RATE_INTERVAL]: "($__rate_interval_ms / 1000)",
  [WHOLE_RANGE]: "$__range_s",
};
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export interface Scope {
  readonly dialect: Dialect;
  /** What every selector has. */
  readonly matchers: readonly string[];
  /**
   * Selects the groups of a Pushgateway, where an instance's first value has no zero before it. Without: they
   * are found by `push_time_seconds`.
   */
  readonly gateway?: string;
}

export class Queries {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get dialect(): Dialect {
    return this.#scope.dialect;
  }

  select(metric: string, ...matchers: string[]): string {
    const all = [...this.#scope.matchers, ...matchers];
    return all.length ? `${metric}{${all.join(", ")}}` : metric;
  }

  /** The series of any of these metrics. */
  selectAny(names: readonly string[], ...matchers: string[]): string {
    return this.select("", `__name__=~"${names.join("|")}"`, ...matchers);
  }

  /** How much all series together grew within a window; `by` holds label names. */
  growth(growing: Growing, by: string, window: string, offset = ""): string {
    return `${sum(by)} (${this.#each(growing, (series) => this.#grown(series, window, offset))})`;
  }

  /** Within the time shown. */
  total(growing: Growing, by = ""): string {
    return this.growth(growing, by, WHOLE_RANGE);
  }

  /** Per second over a window: 0 where nothing grew while instances push, and nothing once they are silent. */
  rate(growing: Growing, by = "", { window = RATE_INTERVAL, offset = "", per = 1 } = {}): string {
    const seconds = secondsOf(window);
    const scaled =
      per === 1
        ? this.growth(growing, by, window, offset)
        : `${per} * ${this.growth(growing, by, window, offset)}`;
    return `(${scaled} / ${seconds} or ${this.zero(growing, by, offset)})`;
  }

  perMinute(growing: Growing, by = "", options: { window?: string; offset?: string } = {}): string {
    return this.rate(growing, by, { ...options, per: 60 });
  }

  /** 0 for what has pushed within the last five minutes. */
  zero(growing: Growing, by = "", offset = ""): string {
    return `0 * ${sum(by)} (${this.last(growing, ALIVE, ago(offset))})`;
  }

  /** The last value of each series within a window. */
  last(growing: Growing, window: string, modifier = ""): string {
    return this.#each(growing, (series) =>
      part(series, `last_over_time(${this.#selector(series)}[${window}]${modifier})`),
    );
  }

  /** The part of `all` that is in `some`: 0 where some is missing, nothing where all is. */
  share(some: Growing, all: Growing, by: string, window: string): string {
    return `(${this.growthOrZero(some, all, by, window)}) / (${this.growth(all, by, window)} > 0)`;
  }

  /** How much `some` grew; 0 where only others of `all` did. */
  growthOrZero(some: Growing, all: Growing, by: string, window: string): string {
    return `${this.growth(some, by, window)} or 0 * ${this.growth(all, by, window)}`;
  }

  /**
   * A latency below which a part `q` of the observations stayed. Percentiles of classic and of native histograms
   * do not add up: where a service has both, that of the native ones, which are finer.
   */
  quantile(
    q: number,
    histogram: string,
    matchers: readonly string[],
    by: string,
    window: string,
    offset = "",
  ): string {
    const [native, classic] = this.#histograms(histogram, matchers);
    const of = (series: Series, labels: string) =>
      // Of no observations it is no number.
      `histogram_quantile(${q}, ${this.growth([series], labels, window, offset)}) >= 0`;
    const exact = native ? `${of(native, by)} or ` : "";
    return `${exact}${of(classic, by ? `le, ${by}` : "le")}`;
  }

  /** Observations per second in each bucket: by `le`, or as native histograms where there are any. */
  buckets(histogram: string, matchers: readonly string[], window = RATE_INTERVAL): string {
    const [native, classic] = this.#histograms(histogram, matchers);
    const of = (series: Series, by: string) => `${this.growth([series], by, window)} / ${secondsOf(window)}`;
    return native ? `${of(native, "")} or on () ${of(classic, "le")}` : of(classic, "le");
  }

  #histograms(histogram: string, matchers: readonly string[]): readonly [Series | undefined, Series] {
    const native: Series = { metric: histogram, matchers, native: "whole" };
    return [this.dialect.native ? native : undefined, { metric: `${histogram}_bucket`, matchers }];
  }

  #each(growing: Growing, query: (series: Series) => string): string {
    return growing
      .filter(({ native }) => this.dialect.native || !native)
      .map(query)
      .join(" or ");
  }

  #grown(series: Series, window: string, offset: string): string {
    const selector = this.#selector(series);
    const native = series.native !== undefined;
    const grown = part(series, this.dialect.growth({ selector, native, window, offset }));
    return native || this.dialect.countsFirstValue
      ? grown
      : `${grown} or ${this.#firstPushed(series, window, offset)}`;
  }

  /** First values of a Pushgateway's groups. The added label keeps them beside what their series grew later. */
  #firstPushed(series: Series, window: string, offset: string): string {
    const { gateway } = this.#scope;
    const selector = this.#selector(series, ...(gateway ? [gateway] : []));
    const modifier = ago(offset);
    const values = `min_over_time(${selector}[${window}]${modifier})`;
    const pushed = gateway
      ? values
      : `(${values} and on (job, instance) ${this.select(PUSH_TIME)}${modifier})`;
    const known = `last_over_time(${selector}[${LOOK_BACK}]${before(window, offset)})`;
    return `label_replace(${pushed} unless ${known}, "value", "first", "", "")`;
  }

  #selector({ metric, matchers }: Series, ...more: string[]): string {
    return this.select(metric, ...matchers, ...more);
  }
}

/** The asked part of a native histogram; anything else as it is. */
function part({ native }: Series, expr: string): string {
  return native && native !== "whole" ? `histogram_${native}(${expr})` : expr;
}

function sum(by: string): string {
  return by ? `sum by (${by})` : "sum";
}

function secondsOf(window: string): string {
  const known = SECONDS[window];
  if (known) return known;
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(window) ?? [];
  return `${Number(number) * (UNITS[unit] ?? Number.NaN)}`;
}
