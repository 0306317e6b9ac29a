/** An aggregator in workerd and an OpenTelemetry Collector, each before a receiver that counts. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { Process } from "@pushmeter/testkit/servers/process";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import { TOKEN } from "../server/start.ts";
import { type Usage, usage, workerd } from "../usage.ts";

/** Takes OTLP. */
export interface Taker {
  readonly name: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface Contender extends Taker {
  usage(): Usage;
  /** The requests in its totals, as the receiver has them. */
  counted(): number;
}

/** How often both write their totals, s: the aggregator's default. */
export const INTERVAL = 15;
const METRIC = "http_server_request_duration_seconds_count";

export async function startAggregator(): Promise<Contender> {
  const receiver = await ReceiverServer.start();
  const aggregator = await startWorker(receiver.writeUrl, INTERVAL);
  return {
    ...aggregator,
    usage() {
      const found = workerd();
      if (!found) throw new Error("no workerd in /proc: this part needs Linux");
      return found;
    },
    counted: () => receiver.receiver.total(METRIC),
    async stop() {
      await aggregator.stop();
      receiver.stop();
    },
  };
}

/** @param every - between two pushes of the totals, s. */
export async function startWorker(writeUrl: string, every: number): Promise<Taker> {
  const script = await bundleWorker({ file: join(import.meta.dirname, "worker.ts") }, { minify: true });
  const miniflare = startWorkerd(script, {
    name: "bench",
    bindings: { TOKEN, REMOTE_WRITE_URL: writeUrl, EVERY: `${every * 1000}` },
    durableObjects: { PUSHMETER: { className: "Aggregator", useSQLite: true } },
    // Without it each request passes through a Worker of Miniflare's first.
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  });
  await miniflare.ready;
  return {
    name: "pushmeter's aggregator, workerd",
    url: new URL("/v1/metrics", await miniflare.unsafeGetDirectURL("bench")),
    headers: { authorization: `Bearer ${TOKEN}` },
    stop: () => miniflare.dispose(),
  };
}

/** @param file - the Collector's program. */
export async function startCollector(file: string): Promise<Contender> {
  const receiver = await ReceiverServer.start();
  const server = await Process.start({
    file,
    // It has the OTLP paths and no other.
    readyStatus: 404,
    ready: ([port]) => `http://127.0.0.1:${port}/`,
    args: async ([port], folder) => {
      const file = join(folder, "collector.json");
      await writeFile(file, JSON.stringify(configuration(`127.0.0.1:${port}`, receiver.writeUrl)));
      return ["--config", file];
    },
  });
  return {
    name: "OpenTelemetry Collector",
    url: new URL("/v1/metrics", server.url),
    headers: {},
    usage: () => usage(server.pid as number),
    counted: () => receiver.receiver.total(METRIC),
    async stop() {
      await server.stop();
      receiver.stop();
    },
  };
}

/**
 * What it takes to be as right as the aggregator: to discard repeated deltas instance by instance, then to add up all
 * instances in one stream. It writes no zeros for new series, which would cost it a second pipeline.
 */
function configuration(endpoint: string, writeUrl: string): object {
  const now = ['set(datapoint.start_time, Now() - Duration("1s"))', "set(datapoint.time, Now())"];
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    processors: {
      "delta_to_cumulative/each": {},
      cumulative_to_delta: { initial_value: "keep" },
      resource: { attributes: [{ key: "service.instance.id", action: "delete" }] },
      "batch/one": { timeout: "1s" },
      transform: { metric_statements: now },
      "delta_to_cumulative/all": { max_stale: "720h" },
      interval: { interval: `${INTERVAL}s` },
      "batch/out": { timeout: "1s" },
    },
    exporters: { prometheus_remote_write: { endpoint: writeUrl, max_batch_request_parallelism: 1 } },
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "warn" } },
      pipelines: {
        metrics: {
          receivers: ["otlp"],
          processors: [
            "delta_to_cumulative/each",
            "cumulative_to_delta",
            "resource",
            "batch/one",
            "transform",
            "delta_to_cumulative/all",
            "interval",
            "batch/out",
          ],
          exporters: ["prometheus_remote_write"],
        },
      },
    },
  };
}
