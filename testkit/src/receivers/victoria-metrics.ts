/** VictoriaMetrics, and vmagent before it or before any other receiver of remote write. */
import { join } from "node:path";
import { Process } from "../servers/process.ts";
import { Drops } from "./drops.ts";
import { promql } from "./promql.ts";
import type { Receiver } from "./types.ts";
import { remoteWriteTo } from "./wires.ts";

export async function startVictoriaMetrics(file: string): Promise<Receiver> {
  const process = await Process.start({
    file,
    // What came within the last second is only in memory: SIGKILL would lose it.
    signal: "SIGTERM",
    args: ([port], folder) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, "data")}`,
      // By default samples younger than 30 s are not found.
      "-search.latencyOffset=0s",
      "-search.disableCache",
      "-opentelemetry.usePrometheusNaming",
      "-loggerLevel=ERROR",
    ],
  });
  // New samples can be queried after a second, or at once after this.
  const before = async () => (await fetch(`${process.url}/internal/force_flush`)).body?.cancel();
  const write = `${process.url}/api/v1/write`;
  return {
    endpoints: {
      ...remoteWriteTo(write),
      OTLP: `${process.url}/opentelemetry/v1/metrics`,
    },
    headers: {},
    ...promql(process.url, { before }),
    restart: () => process.restart(),
    stop: () => process.stop(),
  };
}

/** Blocks that vmagent has given up, because the next receiver refuses them. */
export const VMAGENT_DROPS = "vmagent_remotewrite_packets_dropped_total";

/** vmagent answers 204 and passes on later what it took. What is read is the receiver behind it. */
export async function startVmagent(file: string, store: Receiver): Promise<Receiver> {
  const process = await Process.start({
    file,
    // What waits in memory is written to disk only at an orderly end.
    signal: "SIGTERM",
    args: ([port], folder) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-remoteWrite.url=${store.endpoints["remote write 1.0"]}`,
      `-remoteWrite.tmpDataPath=${join(folder, "queue")}`,
      "-remoteWrite.forcePromProto",
      "-remoteWrite.flushInterval=50ms",
      // More would send a series' samples in any order.
      "-remoteWrite.queues=1",
      "-loggerLevel=ERROR",
    ],
  });
  const drops = new Drops(`${process.url}/metrics`, VMAGENT_DROPS);
  return {
    ...store,
    endpoints: remoteWriteTo(`${process.url}/api/v1/write`),
    dropped: () => drops.read(),
    async restart() {
      await drops.keep();
      await process.restart();
    },
    stop: () => Promise.all([process.stop(), store.stop()]).then(() => {}),
  };
}
