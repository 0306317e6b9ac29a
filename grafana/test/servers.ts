/** A receiver for each dialect of the dashboards. What is not there is named once, and its tests are skipped. */
import { findServers } from "@pushmeter/testkit/servers/find";
import { findOthers } from "@pushmeter/testkit/servers/others";
import { startServer } from "@pushmeter/testkit/servers/process";
import { DIALECTS, type Dialect } from "../src/query/dialect.ts";
import { asking, type Prometheus, startPrometheus } from "./prometheus.ts";

/** As in grafana/provisioning. */
export const LOOK_BACK = "1h";

export interface Server {
  readonly dialect: Dialect;
  /** Takes samples in any order. */
  start(): Promise<Prometheus>;
}

/** The receivers that are on this machine. */
export async function dialectServers(): Promise<Server[]> {
  const starts: Record<Dialect["name"], () => Promise<() => Promise<Prometheus>>> = {
    anchored: async () => {
      const file = process.env.PROMETHEUS_3_16_BIN;
      if (!file) throw new Error("set PROMETHEUS_3_16_BIN to a Prometheus 3.16");
      return () => startPrometheus(file, { anyOrder: true, lookBack: LOOK_BACK });
    },
    subtract: async () => {
      const { prometheus } = await findServers();
      return () => startPrometheus(prometheus, { anyOrder: true });
    },
    victoriametrics: async () => {
      const { victoriaMetrics } = await findOthers();
      return async () => {
        const server = await startServer(victoriaMetrics, (address, folder) => [
          `-httpListenAddr=${address}`,
          `-storageDataPath=${folder}`,
          "-loggerLevel=ERROR",
          // Else what is younger than 30 s is not found.
          "-search.latencyOffset=0s",
          // As docs/querying.md says.
          `-search.minStalenessInterval=${LOOK_BACK}`,
        ]);
        return { ...asking(server.url), writeUrl: `${server.url}/api/v1/write`, stop: server.stop };
      };
    },
  };
  const servers: Server[] = [];
  for (const dialect of DIALECTS) {
    try {
      servers.push({ dialect, start: await starts[dialect.name]() });
    } catch (error) {
      if (process.env.CI === "true") throw error;
      console.warn(`Tests of the dialect ${dialect.name} are skipped: ${(error as Error).message}`);
    }
  }
  return servers;
}
