/** A Prometheus that takes remote write, scrapes Pushgateways every second, and answers queries. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
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

export interface Prometheus extends Server {
  /** The remote-write endpoint. */
  readonly writeUrl: string;
  /** An instant query whose result is a vector; `time` in milliseconds since the epoch, default now. */
  query(promql: string, time?: number): Promise<QueriedSeries[]>;
  /** An instant query whose result is a matrix, such as `up[5m]`: the samples as they are stored. */
  queryRange(promql: string, time?: number): Promise<QueriedRange[]>;
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
    }[];
  };
}

export async function startPrometheus(file: string, options: PrometheusOptions = {}): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-prometheus-"));
  const configuration = join(folder, "prometheus.json");
  await writeFile(configuration, JSON.stringify(scraping(options.scrape ?? [])));
  const remove = () => rm(folder, { recursive: true, force: true });
  const server = await startServer(file, (address) => [
    `--web.listen-address=${address}`,
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${options.storage ?? join(folder, "data")}`,
    "--web.enable-remote-write-receiver",
    "--log.level=warn",
    ...(options.args ?? []),
  ]).catch(async (error) => {
    await remove();
    throw error;
  });

  return {
    ...querying(server.url),
    stop: async () => {
      await server.stop();
      await remove();
    },
  };
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
