/** A Prometheus that takes remote write, scrapes Pushgateways every second, and answers queries. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

export interface QueriedSeries {
  /** With `__name__` where the query leaves it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface QueriedRange {
  readonly labels: Readonly<Record<string, string>>;
  /** Time in milliseconds since the epoch, and value. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** A native histogram at one time. */
export interface QueriedHistogram {
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
  /** The zero bucket's bounds are the same number. */
  readonly buckets: readonly { readonly lower: number; readonly upper: number; readonly count: number }[];
}

export interface Prometheus extends Server {
  /** The remote-write endpoint. */
  readonly writeUrl: string;
  /** An instant query whose result is a vector; `time` in milliseconds since the epoch, default now. */
  query(promql: string, time?: number): Promise<QueriedSeries[]>;
  /** An instant query whose result is a matrix, such as `up[5m]`: the samples as they are stored. */
  queryRange(promql: string, time?: number): Promise<QueriedRange[]>;
  /** An instant query whose result is a vector of native histograms. */
  queryHistograms(promql: string, time?: number): Promise<QueriedHistogram[]>;
}

export interface PrometheusOptions {
  /** URLs of Pushgateways. */
  readonly scrape?: readonly string[];
  /** More of its own flags. */
  readonly args?: readonly string[];
  /** A folder for its storage that outlives it. Default: one that `stop()` removes. */
  readonly storage?: string;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value: readonly [number, string];
      readonly values: readonly (readonly [number, string])[];
      readonly histogram: readonly [
        number,
        {
          readonly count: string;
          readonly sum: string;
          readonly buckets?: readonly (readonly [
            rule: number,
            lower: string,
            upper: string,
            count: string,
          ])[];
        },
      ];
    }[];
  };
}

/** Its storage is gone when it is stopped, unless it was given one. */
export async function startPrometheus(file: string, options: PrometheusOptions = {}): Promise<Prometheus> {
  const server = await startServer(file, async (address, folder) => {
    const configuration = join(folder, "prometheus.json");
    await writeFile(configuration, JSON.stringify(scraping(options.scrape ?? [])));
    return [
      `--web.listen-address=${address}`,
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${options.storage ?? join(folder, "data")}`,
      "--web.enable-remote-write-receiver",
      "--log.level=warn",
      ...(options.args ?? []),
    ];
  });
  return { ...querying(server.url), stop: server.stop };
}

/**
 * Prometheus's HTTP interface, which others speak too.
 *
 * @param before - each query.
 */
export function querying(url: string, before?: () => Promise<unknown>): Omit<Prometheus, "stop"> {
  const query = async (promql: string, time = Date.now()) => {
    await before?.();
    const body = new URLSearchParams({ query: promql, time: `${time / 1000}` });
    const response = await fetch(`${url}/api/v1/query`, { method: "POST", body });
    const answer = (await response.json()) as Answer;
    if (answer.status !== "success") throw new Error(`${promql}: ${answer.error}`);
    return answer.data.result;
  };
  return {
    url,
    writeUrl: `${url}/api/v1/write`,
    query: async (promql, time) =>
      (await query(promql, time)).map(({ metric, value }) => ({ labels: metric, value: number(value[1]) })),
    queryRange: async (promql, time) =>
      (await query(promql, time)).map(({ metric, values }) => ({
        labels: metric,
        samples: values.map(([seconds, value]) => [Math.round(seconds * 1000), number(value)] as const),
      })),
    queryHistograms: async (promql, time) =>
      (await query(promql, time)).map(({ metric, histogram: [, { count, sum, buckets = [] }] }) => ({
        labels: metric,
        count: number(count),
        sum: number(sum),
        buckets: buckets.map(([, lower, upper, count]) => ({
          lower: number(lower),
          upper: number(upper),
          count: number(count),
        })),
      })),
  };
}

/** Prometheus writes `+Inf` where JavaScript reads `+Infinity`. */
function number(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

/** The configuration file; JSON is YAML. */
function scraping(urls: readonly string[]): object {
  return {
    global: { scrape_interval: "1s", scrape_timeout: "1s" },
    scrape_configs: [
      {
        job_name: "pushgateway",
        // Else a pushed job and instance would become exported_job and exported_instance.
        honor_labels: true,
        static_configs: [{ targets: urls.map((url) => new URL(url).host) }],
      },
    ],
  };
}
