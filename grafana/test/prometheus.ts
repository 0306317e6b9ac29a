/** A real Prometheus for dashboards: takes remote write, scrapes what it is told to, answers ranges. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "@pushmeter/testkit/servers/process";

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch, and value. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

export interface Prometheus {
  readonly url: string;
  readonly writeUrl: string;
  /** Times in milliseconds since the epoch, step in seconds. */
  range(expr: string, start: number, end: number, step: number): Promise<Series[]>;
  instant(expr: string, time: number): Promise<Series[]>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** Jobs to `host:port`; a Pushgateway's own labels are honoured. */
  readonly scrape?: Readonly<Record<string, string>>;
  /** Takes samples in any order. */
  readonly anyOrder?: boolean;
  /** Rule files. */
  readonly rules?: readonly string[];
  /** How far back an instant selector and `anchored` look, as the provisioned data source says; default 5 minutes. */
  readonly lookBack?: string;
}

/** A Prometheus that takes remote write; its storage is gone when it is stopped. */
export async function startPrometheus(file: string, options: PrometheusOptions = {}): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-grafana-"));
  const configuration = join(folder, "prometheus.json");
  await writeFile(configuration, JSON.stringify(configurationOf(options)));
  const server = await startServer(file, (address) => [
    `--web.listen-address=${address}`,
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    "--web.enable-remote-write-receiver",
    // From 3.8 on native histograms are always taken.
    "--enable-feature=exemplar-storage,native-histograms",
    "--log.level=warn",
  ]);
  return {
    ...asking(server.url, options.lookBack),
    writeUrl: `${server.url}/api/v1/write`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Prometheus's HTTP interface, which others speak too. */
export function asking(url: string, lookBack?: string): Pick<Prometheus, "url" | "range" | "instant"> {
  const ask = async (path: string, parameters: Record<string, string>) => {
    const body = new URLSearchParams({ ...parameters, ...(lookBack && { lookback_delta: lookBack }) });
    const response = await fetch(`${url}/api/v1/${path}`, { method: "POST", body });
    const answer = (await response.json()) as Answer;
    if (answer.status !== "success") throw new Error(`${parameters.query}: ${answer.error}`);
    return answer.data.result.flatMap(({ metric, value, values, histogram, histograms }) => {
      const native = histograms ?? (histogram ? [histogram] : undefined);
      if (native) return asBuckets(metric, native);
      const samples = values ?? (value ? [value] : []);
      return [{ labels: metric, samples: samples.map(([time, text]) => [time, Number(text)] as const) }];
    });
  };
  return {
    url,
    range: (query, start, end, step) =>
      ask("query_range", { query, start: `${start / 1000}`, end: `${end / 1000}`, step: `${step}` }),
    instant: (query, time) => ask("query", { query, time: `${time / 1000}` }),
  };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
      readonly histogram?: NativeSample;
      readonly histograms?: readonly NativeSample[];
    }[];
  };
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms */
type NativeSample = readonly [
  time: number,
  { readonly buckets?: readonly (readonly [rule: number, lower: string, upper: string, count: string])[] },
];

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

/** The configuration file; JSON is YAML. */
function configurationOf({ scrape = {}, anyOrder = false, rules = [] }: PrometheusOptions): object {
  return {
    ...(anyOrder && { storage: { tsdb: { out_of_order_time_window: "40d" } } }),
    rule_files: rules,
    global: { scrape_interval: "1s", scrape_timeout: "1s" },
    scrape_configs: Object.entries(scrape).map(([job_name, target]) => ({
      job_name,
      honor_labels: job_name === "pushgateway",
      static_configs: [{ targets: [target] }],
    })),
  };
}
