/**
 * PromQL over series of instances that come and go: growth is summed over them before anything is divided. All
 * growth is asked here, in one dialect, so that panels and rules agree.
 */
import { PUSH_TIME } from "../names.ts";
import { ago, before, type Dialect, LOOK_BACK, type Part, secondsIn } from "./dialect.ts";
import { counter, type Growing, observations, observed, type Series, suffixed } from "./growing.ts";

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

export interface Scope {
  readonly dialect: Dialect;
  /** What every selector has. */
  readonly matchers: readonly string[];
  /**
   * Selects the groups of a Pushgateway, where an instance's first value has no zero before it. Without: they
   * are found by `push_time_seconds`.
   */
  readonly gateway?: string;
  /**
   * A variable of Grafana with the services one of whose processes kept its series over a restart. Growth of all
   * others can be asked for less. Without: of any service.
   */
  readonly restarted?: string;
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
    if (metric.includes("|")) return this.selectAny([metric], ...matchers);
    const all = [...this.#scope.matchers, ...matchers];
    return all.length ? `${metric}{${all.join(", ")}}` : metric;
  }

  /** The series of any of these metrics. */
  selectAny(names: readonly string[], ...matchers: string[]): string {
    return this.select("", `__name__=~"${names.join("|")}"`, ...matchers);
  }

  /** How much all series together grew within a window; `by` holds label names. */
  growth(growing: Growing, by: string, window: string, offset = ""): string {
    return added(
      by,
      this.#series(growing).flatMap((series) => this.#parts(series, window, offset)),
    );
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
    const last = this.#series(growing).map((series) => this.#last(series, ALIVE, ago(offset)));
    return `0 * ${added(
      by,
      last.map((expr) => ({ expr, sign: 1 })),
    )}`;
  }

  /** The last value of each series within a window. */
  last(growing: Growing, window: string, modifier = ""): string {
    return this.#series(growing)
      .map((series) => this.#last(series, window, modifier))
      .join(" or ");
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
      `histogram_quantile(${q}, ${this.#bucketGrowth(series, labels, window, offset)}) >= 0`;
    const exact = native ? `${of(native, by)} or ` : "";
    return `${exact}${of(classic, by ? `le, ${by}` : "le")}`;
  }

  /** The mean of a histogram's observations. */
  mean(histogram: string, by: string, window: string): string {
    const [sum, count] = [observed(histogram), observations(histogram)].map((growing) =>
      this.growth(growing, by, window),
    );
    return `${sum} / (${count} > 0)`;
  }

  /**
   * The part of the observations that is greater than a bound, which a classic histogram must have. Where a service
   * has both kinds, that of the native ones.
   */
  shareAbove(bound: number, histogram: string, by: string, window: string): string {
    const [native, classic] = this.#histograms(histogram, []);
    // As text formats of both kinds write it.
    const within = counter(classic.metric, `le=~"${bound}|${bound}.0"`);
    const all = counter(`${histogram}_count`);
    const share = `1 - ${this.growth(within, by, window)} / (${this.growth(all, by, window)} > 0)`;
    if (!native) return share;
    // Of no observations it is no number.
    const fast = `histogram_fraction(0, ${bound}, ${this.growth([native], by, window)}) >= 0`;
    return `1 - (${fast}) or ${share}`;
  }

  /** Observations per second in each bucket: by `le`, or as native histograms where there are any. */
  buckets(histogram: string, matchers: readonly string[], window = RATE_INTERVAL): string {
    const [native, classic] = this.#histograms(histogram, matchers);
    const of = (series: Series, by: string) =>
      `${this.#bucketGrowth(series, by, window)} / ${secondsOf(window)}`;
    const buckets = native ? `${of(native, "")} or on () ${of(classic, "le")}` : of(classic, "le");
    // A difference of sums is 0 for as long as the look-back, not absent.
    return this.dialect.growthWithoutResets
      ? `(${buckets}) and on () group(${this.last(observations(histogram, ...matchers), window)})`
      : buckets;
  }

  #histograms(histogram: string, matchers: readonly string[]): readonly [Series | undefined, Series] {
    const native: Series = { metric: histogram, matchers, native: "whole" };
    return [this.dialect.native ? native : undefined, { metric: suffixed(histogram, "bucket"), matchers }];
  }

  #series(growing: Growing): Series[] {
    return growing.filter(({ native }) => this.dialect.native || !native);
  }

  /** What a series grew within a window, in parts that are summed over all series before they are added up. */
  #parts(series: Series, window: string, offset: string): Part[] {
    return [...this.#grown(series, window, offset), ...this.#firstPushed(series, window, offset)];
  }

  /** The same of a histogram's buckets, which are most of all series: in the dialect's cheapest way. */
  #bucketGrowth(series: Series, by: string, window: string, offset = ""): string {
    const { growthWithoutResets } = this.dialect;
    const { restarted } = this.#scope;
    if (!growthWithoutResets || restarted === undefined) return this.growth([series], by, window, offset);
    const native = series.native !== undefined;
    const selector = this.#selector(series, `job!~"${restarted}"`);
    return added(by, [
      ...growthWithoutResets({ selector, native, window, offset }),
      ...this.#grown(series, window, offset, `job=~"${restarted}"`),
      ...this.#firstPushed(series, window, offset),
    ]);
  }

  #grown(series: Series, window: string, offset: string, ...more: string[]): Part[] {
    const selector = this.#selector(series, ...more);
    const native = series.native !== undefined;
    const grown = this.dialect.growth({ selector, native, window, offset });
    return grown.map(({ expr, sign }) => ({ expr: part(series, expr), sign }));
  }

  #last(series: Series, window: string, modifier: string): string {
    return part(series, `last_over_time(${this.#selector(series)}[${window}]${modifier})`);
  }

  /** First values of a Pushgateway's groups, which no zero comes before. */
  #firstPushed(series: Series, window: string, offset: string): Part[] {
    if (series.native || this.dialect.countsFirstValue) return [];
    const { gateway } = this.#scope;
    const selector = this.#selector(series, ...(gateway ? [gateway] : []));
    const modifier = ago(offset);
    const values = `min_over_time(${selector}[${window}]${modifier})`;
    const pushed = gateway
      ? values
      : `(${values} and on (job, instance) ${this.select(PUSH_TIME)}${modifier})`;
    const known = `last_over_time(${selector}[${LOOK_BACK}]${before(window, offset)})`;
    return [{ expr: `${pushed} unless ${known}`, sign: 1 }];
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

/** Sums over series, added up. A label keeps them beside each other, whichever of them are there. */
function added(by: string, parts: readonly Part[]): string {
  const sums = parts.map(({ expr, sign }) => `${sign < 0 ? "-1 * " : ""}${sum(by)} (${expr})`);
  if (sums.length === 1) return sums[0] ?? "";
  const labelled = sums.map((expr, i) => `label_replace(${expr}, "part", "${i}", "", "")`);
  return `${sum(by)} (${labelled.join(" or ")})`;
}

function secondsOf(window: string): string {
  return SECONDS[window] ?? `${secondsIn(window)}`;
}
