/** A VictoriaMetrics that takes remote write and answers queries. */
import { join } from "node:path";
import { Process } from "./process.ts";
import { type Prometheus, querying } from "./prometheus.ts";

/**
 * `stop()` removes its storage.
 *
 * @param more - further flags.
 */
export async function startVictoriaMetrics(file: string, more: readonly string[] = []): Promise<Prometheus> {
  const server = await Process.start({
    file,
    args: ([port], folder) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, "data")}`,
      // By default samples younger than 30 s are not found.
      "-search.latencyOffset=0s",
      "-loggerLevel=ERROR",
      ...more,
    ],
  });
  // New samples can be queried after a second, or at once after this.
  const flush = async () => (await fetch(`${server.url}/internal/force_flush`)).body?.cancel();
  return { ...querying(server.url, flush), stop: () => server.stop() };
}
