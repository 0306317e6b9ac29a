/** An OpenTelemetry Collector that takes OTLP totals and writes them to a Prometheus, instance by instance. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "../servers/process.ts";
import type { Receiver } from "./types.ts";

export async function startCollector(file: string, store: Receiver): Promise<Receiver> {
  const collector = await Process.start({
    file,
    // What waits in memory is sent only at an orderly end.
    signal: "SIGTERM",
    // It has the OTLP paths and no other.
    readyStatus: 404,
    ready: ([port]) => `http://127.0.0.1:${port}/`,
    args: async ([port], folder) => {
      const configuration = join(folder, "collector.json");
      await writeFile(
        configuration,
        JSON.stringify({
          receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
          exporters: {
            prometheus_remote_write: {
              endpoint: store.endpoints["remote write 1.0"],
              // One at a time, so that a series' samples stay in order.
              max_batch_request_parallelism: 1,
              retry_on_failure: { initial_interval: "50ms" },
            },
          },
          service: {
            telemetry: { metrics: { level: "none" }, logs: { level: "warn" } },
            pipelines: { metrics: { receivers: ["otlp"], exporters: ["prometheus_remote_write"] } },
          },
        }),
      );
      return ["--config", configuration];
    },
  });
  return {
    ...store,
    endpoints: { OTLP: `${collector.url}/v1/metrics` },
    restart: () => collector.restart(),
    stop: () => Promise.all([collector.stop(), store.stop()]).then(() => {}),
  };
}
