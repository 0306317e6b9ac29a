/** A VictoriaMetrics that takes remote write and answers queries. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";
import { type Prometheus, querying } from "./prometheus.ts";

/** Its storage is a temporary folder, which `stop()` removes. */
export async function startVictoriaMetrics(file: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-victoria-"));
  const server: Server = await startServer(file, (address) => [
    `-httpListenAddr=${address}`,
    `-storageDataPath=${folder}`,
    // Else what is younger than 30 s is not found.
    "-search.latencyOffset=0s",
    "-loggerLevel=ERROR",
  ]);
  // New samples can be queried after a second, or at once after this.
  const flush = async () => (await fetch(`${server.url}/internal/force_flush`)).body?.cancel();
  return {
    ...querying(server.url, flush),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
