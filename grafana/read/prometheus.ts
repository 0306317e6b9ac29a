/** Panels' queries to a real Prometheus: ranges and instants, native histograms as series of `le`. */
import type { Server } from "@pushmeter/testkit/servers/process";
import { startPrometheus as start } from "@pushmeter/testkit/servers/prometheus";
import { ask, type NativeSample, type Result } from "@pushmeter/testkit/servers/promql";

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch, and value. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

export interface Prometheus extends Server {
  readonly writeUrl: string;
  /** Times in milliseconds since the epoch, step in seconds. */
  range(expr: string, start: number, end: number, step: number): Promise<Series[]>;
  instant(expr: string, time: number): Promise<Series[]>;
}

/** From 3.8 on native histograms are always taken. */
const FEATURES = "--enable-feature=exemplar-storage,native-histograms";

interface Options {
  /** Jobs to URLs. */
  readonly scrape?: Readonly<Record<string, string>>;
  /** Takes samples in any order, so far back: `40d`. */
  readonly outOfOrder?: string;
  /** How far back an instant selector and `anchored` look; default five minutes. */
  readonly lookBack?: string;
}

export async function startPrometheus(file: string, options: Options = {}): Promise<Prometheus> {
  const { lookBack, ...more } = options;
  const { url, writeUrl, stop } = await start(file, { ...more, args: [FEATURES] });
  return { ...asking(url, lookBack), writeUrl, stop };
}

/** Prometheus's HTTP interface, which other receivers have, too. */
export function asking(url: string, lookBack?: string): Pick<Prometheus, "url" | "range" | "instant"> {
  const parameters: Record<string, string> = lookBack ? { lookback_delta: lookBack } : {};
  return {
    url,
    range: async (query, start, end, step) => {
      const times = { start: `${start / 1000}`, end: `${end / 1000}`, step: `${step}` };
      return (await ask(url, "query_range", { query, ...times, ...parameters })).flatMap(seriesOf);
    },
    instant: async (query, time) =>
      (await ask(url, "query", { query, time: `${time / 1000}`, ...parameters })).flatMap(seriesOf),
  };
}

function seriesOf({ metric, value, values, histogram, histograms }: Result): Series[] {
  const native = histograms ?? (histogram ? [histogram] : undefined);
  if (native) return asBuckets(metric, native);
  const samples = values ?? (value ? [value] : []);
  return [{ labels: metric, samples: samples.map(([time, text]) => [time, Number(text)] as const) }];
}

/** A native histogram as a classic one would be answered: series of `le`, each with all that is below. */
function asBuckets(metric: Readonly<Record<string, string>>, native: readonly NativeSample[]): Series[] {
  const bounds = new Set(
    native.flatMap(([, { buckets = [] }]) => buckets.map(([, , upper]) => Number(upper))),
  );
  return [...bounds]
    .sort((a, b) => a - b)
    .map((bound) => ({
      labels: { ...metric, le: `${bound}` },
      samples: native.map(([time, { buckets = [] }]) => {
        const below = buckets.filter(([, , upper]) => Number(upper) <= bound);
        return [time, below.reduce((sum, [, , , count]) => sum + Number(count), 0)] as const;
      }),
    }));
}
