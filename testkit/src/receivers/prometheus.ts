/** Prometheus as a receiver of remote write and OTLP, and in agent mode before another Prometheus. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "../servers/process.ts";
import { promql } from "./promql.ts";
import type { Receiver } from "./types.ts";
import { remoteWriteTo } from "./wires.ts";

export interface PrometheusSettings {
  /** Further flags. */
  readonly flags?: readonly string[];
  /** Its configuration file. */
  readonly configuration?: object;
  /** It takes OTLP at all, which Debian's build does not. */
  readonly otlp?: boolean;
}

export async function startPrometheus(
  file: string,
  { flags = [], configuration = {}, otlp = false }: PrometheusSettings = {},
): Promise<Receiver> {
  const process = await Process.start({
    file,
    args: async ([port], folder) => {
      const configurationFile = join(folder, "prometheus.json");
      await writeFile(configurationFile, JSON.stringify(configuration));
      return [
        `--web.listen-address=127.0.0.1:${port}`,
        `--config.file=${configurationFile}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--web.enable-remote-write-receiver",
        ...(otlp ? ["--web.enable-otlp-receiver"] : []),
        "--log.level=warn",
        ...flags,
      ];
    },
  });
  const write = `${process.url}/api/v1/write`;
  return {
    endpoints: {
      ...remoteWriteTo(write),
      ...(otlp && { OTLP: `${process.url}/api/v1/otlp/v1/metrics` }),
    },
    headers: {},
    ...promql(process.url),
    restart: () => process.restart(),
    stop: () => process.stop(),
  };
}

/**
 * Agent mode stores nothing for queries: it passes everything on to a Prometheus, which is what is read.
 *
 * @param given - its configuration, instead of one that names that Prometheus.
 */
export async function startPrometheusAgent(file: string, given?: object): Promise<Receiver> {
  const store = await startPrometheus(file);
  const agent = await Process.start({
    file,
    args: async ([port], folder) => {
      const configuration = join(folder, "agent.json");
      const queue = { batch_send_deadline: "100ms", min_backoff: "30ms", max_backoff: "200ms" };
      const target = { url: store.endpoints["remote write 1.0"], queue_config: queue };
      await writeFile(configuration, JSON.stringify(given ?? { remote_write: [target] }));
      return [
        "--agent",
        `--web.listen-address=127.0.0.1:${port}`,
        `--config.file=${configuration}`,
        `--storage.agent.path=${join(folder, "data")}`,
        "--web.enable-remote-write-receiver",
        "--log.level=warn",
      ];
    },
  });
  const write = `${agent.url}/api/v1/write`;
  return {
    ...store,
    endpoints: remoteWriteTo(write),
    restart: () => agent.restart(),
    stop: () => Promise.all([agent.stop(), store.stop()]).then(() => {}),
  };
}
