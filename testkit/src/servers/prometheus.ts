/** A Prometheus that takes remote write, scrapes every second, and answers queries. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process, type Server } from "./process.ts";
import { ask, numberOf, type Result } from "./promql.ts";

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
  /** Jobs to scrape and their URLs. Labels of the job `pushgateway` are kept: `honor_labels`. */
  readonly scrape?: Readonly<Record<string, string>>;
  /** Takes samples in any order, so far back: `40d`. Default: in order only. */
  readonly outOfOrder?: string;
  /** Further flags. */
  readonly args?: readonly string[];
  /** A folder for its storage that outlives it. Default: one that `stop()` removes. */
  readonly storage?: string;
}

/** `stop()` removes its storage, unless the storage was given. */
export async function startPrometheus(file: string, options: PrometheusOptions = {}): Promise<Prometheus> {
  const { scrape = {}, outOfOrder, args = [], storage } = options;
  const server = await Process.start({
    file,
    args: async ([port], folder) => {
      const configuration = join(folder, "prometheus.json");
      await writeFile(configuration, JSON.stringify({ ...scraping(scrape), ...inOrder(outOfOrder) }));
      return [
        `--web.listen-address=127.0.0.1:${port}`,
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${storage ?? join(folder, "data")}`,
        "--web.enable-remote-write-receiver",
        "--log.level=warn",
        ...args,
      ];
    },
  });
  return { ...querying(server.url), stop: () => server.stop() };
}

function inOrder(outOfOrder: string | undefined): object {
  return outOfOrder ? { storage: { tsdb: { out_of_order_time_window: outOfOrder } } } : {};
}

/**
 * Prometheus's HTTP interface, which other receivers have, too.
 *
 * @param before - is called before each query.
 */
export function querying(url: string, before?: () => Promise<unknown>): Omit<Prometheus, "stop"> {
  const query = async <T>(promql: string, time = Date.now(), map: (result: Result) => T): Promise<T[]> => {
    await before?.();
    return (await ask(url, "query", { query: promql, time: `${time / 1000}` })).map(map);
  };
  return {
    url,
    writeUrl: `${url}/api/v1/write`,
    query: (promql, time) =>
      query(promql, time, ({ metric, value: [, value] = [0, "NaN"] }) => ({
        labels: metric,
        value: numberOf(value),
      })),
    queryRange: (promql, time) =>
      query(promql, time, ({ metric, values = [] }) => ({
        labels: metric,
        samples: values.map(([seconds, value]) => [Math.round(seconds * 1000), numberOf(value)] as const),
      })),
    queryHistograms: (promql, time) =>
      query(
        promql,
        time,
        ({ metric, histogram: [, { count, sum, buckets = [] }] = [0, { count: "0", sum: "0" }] }) => ({
          labels: metric,
          count: numberOf(count),
          sum: numberOf(sum),
          buckets: buckets.map(([, lower, upper, count]) => ({
            lower: numberOf(lower),
            upper: numberOf(upper),
            count: numberOf(count),
          })),
        }),
      ),
  };
}

/** The configuration file; JSON is YAML. */
function scraping(jobs: Readonly<Record<string, string>>): object {
  return {
    global: { scrape_interval: "1s", scrape_timeout: "1s" },
    scrape_configs: Object.entries(jobs).map(([job_name, url]) => ({
      job_name,
      // Without this a pushed job and instance become exported_job and exported_instance.
      honor_labels: job_name === "pushgateway",
      static_configs: [{ targets: [new URL(url).host] }],
    })),
  };
}
