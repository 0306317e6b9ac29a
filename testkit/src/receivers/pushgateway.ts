/** A Pushgateway that a Prometheus scrapes. */
import { Process } from "../servers/process.ts";
import { startPrometheus } from "./prometheus.ts";
import type { Receiver } from "./types.ts";

export interface PushgatewayFiles {
  readonly pushgateway: string;
  readonly prometheus: string;
}

export async function startPushgateway(files: PushgatewayFiles): Promise<Receiver> {
  const gateway = await Process.start({
    file: files.pushgateway,
    // Groups are written to the file at an orderly end.
    signal: "SIGTERM",
    args: ([port], folder) => [
      `--web.listen-address=127.0.0.1:${port}`,
      `--persistence.file=${folder}/groups`,
      "--log.level=warn",
    ],
  });
  const store = await startPrometheus(files.prometheus, {
    configuration: {
      scrape_configs: [
        {
          job_name: "pushgateway",
          scrape_interval: "50ms",
          scrape_timeout: "50ms",
          honor_labels: true,
          static_configs: [{ targets: [new URL(gateway.url).host] }],
        },
      ],
    },
  });
  return {
    ...store,
    endpoints: { Pushgateway: gateway.url },
    restart: () => gateway.restart(),
    stop: () => Promise.all([gateway.stop(), store.stop()]).then(() => {}),
  };
}
