/** An OpenTelemetry Collector that takes OTLP totals and writes them to a Prometheus, instance by instance. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "../servers/process.ts";
import { Drops } from "./drops.ts";
import type { Receiver } from "./types.ts";

/** Points that an exporter of the Collector has given up. */
export const COLLECTOR_DROPS = "otelcol_exporter_send_failed_metric_points";

export async function startCollector(file: string, store: Receiver): Promise<Receiver> {
  const collector = await Process.start({
    file,
    ports: 2,
    // What waits in memory is sent only at an orderly end.
    signal: "SIGTERM",
    // It has the OTLP paths and no other.
    readyStatus: 404,
    ready: ([port]) => `http://127.0.0.1:${port}/`,
    args: async ([port, metrics], folder) => {
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
            telemetry: { metrics: { readers: [readerAt(metrics)] }, logs: { level: "warn" } },
            pipelines: { metrics: { receivers: ["otlp"], exporters: ["prometheus_remote_write"] } },
          },
        }),
      );
      return ["--config", configuration];
    },
  });
  const drops = new Drops(`http://127.0.0.1:${collector.ports[1]}/metrics`, COLLECTOR_DROPS);
  return {
    ...store,
    endpoints: { OTLP: `${collector.url}/v1/metrics` },
    dropped: () => drops.read(),
    async restart() {
      await drops.keep();
      await collector.restart();
    },
    stop: () => Promise.all([collector.stop(), store.stop()]).then(() => {}),
  };
}

/** Where its own metrics can be scraped. */
function readerAt(port: number | undefined): object {
  return { pull: { exporter: { prometheus: { host: "127.0.0.1", port } } } };
}
