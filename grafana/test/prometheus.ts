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

/** @param scrape - jobs to `host:port`; a Pushgateway's own labels are honoured. */
export async function startPrometheus(
  file: string,
  scrape: Readonly<Record<string, string>> = {},
): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-grafana-"));
  const configuration = join(folder, "prometheus.json");
  await writeFile(configuration, JSON.stringify(scraping(scrape)));
  const server = await startServer(file, (address) => [
    `--web.listen-address=${address}`,
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    "--web.enable-remote-write-receiver",
    // As in deploy/compose.yaml.
    "--enable-feature=exemplar-storage,native-histograms",
    "--log.level=warn",
  ]);
  const ask = async (path: string, parameters: Record<string, string>) => {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${server.url}/api/v1/${path}`, { method: "POST", body });
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
    url: server.url,
    writeUrl: `${server.url}/api/v1/write`,
    range: (query, start, end, step) =>
      ask("query_range", { query, start: `${start / 1000}`, end: `${end / 1000}`, step: `${step}` }),
    instant: (query, time) => ask("query", { query, time: `${time / 1000}` }),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
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
function scraping(jobs: Readonly<Record<string, string>>): object {
  return {
    global: { scrape_interval: "1s", scrape_timeout: "1s" },
    scrape_configs: Object.entries(jobs).map(([job_name, target]) => ({
      job_name,
      honor_labels: job_name === "pushgateway",
      static_configs: [{ targets: [target] }],
    })),
  };
}
