/** A receiver for each dialect of the dashboards. What is not there is named once, and its tests are skipped. */
import { until } from "@pushmeter/testkit/poll";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { startVictoriaMetrics } from "@pushmeter/testkit/servers/victoria-metrics";
import { RULE_DIALECTS } from "../src/files.ts";
import { anchored, DIALECTS, type Dialect } from "../src/query/dialect.ts";
import { asking, type Prometheus, startPrometheus } from "./prometheus.ts";

/** As in grafana/provisioning. */
export const LOOK_BACK = "1h";

export interface Server {
  readonly dialect: Dialect;
  /** The dialect of its recording rules. */
  readonly ruleDialect: Dialect;
  /** Takes samples in any order. */
  start(): Promise<Prometheus>;
}

function ruleDialect({ name }: Dialect): Dialect {
  const found = RULE_DIALECTS.find((dialect) => dialect.name === name);
  if (!found) throw new Error(`no rules in ${name}`);
  return found;
}

/** The receivers that are on this machine. */
export async function dialectServers(): Promise<Server[]> {
  const starts: Record<Dialect["name"], () => Promise<() => Promise<Prometheus>>> = {
    anchored: async () => {
      const file = await findProgram("PROMETHEUS_3_16_BIN");
      return () => startPrometheus(file, { outOfOrder: "40d", lookBack: LOOK_BACK });
    },
    subtract: async () => {
      const prometheus = await findProgram("PROMETHEUS_BIN");
      return () => startPrometheus(prometheus, { outOfOrder: "40d" });
    },
    victoriametrics: async () => {
      const victoriaMetrics = await findProgram("VICTORIA_METRICS_BIN");
      return async () => {
        // As docs/querying.md says.
        const flags = [`-search.minStalenessInterval=${LOOK_BACK}`];
        const { url, writeUrl, stop } = await startVictoriaMetrics(victoriaMetrics, flags);
        return { ...asking(url), writeUrl, stop };
      };
    },
  };
  const servers: Server[] = [];
  for (const dialect of DIALECTS) {
    try {
      servers.push({ dialect, ruleDialect: ruleDialect(dialect), start: await starts[dialect.name]() });
    } catch (error) {
      // Prometheus 3.16 is in no package that a test could unpack: only a machine that names one must have it.
      const isWanted = dialect === anchored ? process.env.PROMETHEUS_3_16_BIN : process.env.CI === "true";
      if (isWanted) throw error;
      console.warn(`skipped: the dialect ${dialect.name}: ${(error as Error).message}`);
    }
  }
  return servers;
}

/** Waits until what was written of so many services can be asked: VictoriaMetrics takes a moment for its index. */
export async function isSettled({ url, instant }: Prometheus, services: number, time: number): Promise<void> {
  // There only: it writes out what it has taken.
  await fetch(`${url}/internal/force_flush`).then((response) => response.body?.cancel());
  const written = "group by (job) (last_over_time(http_server_request_duration_seconds_count[4h]))";
  await until(
    "all services can be asked",
    () => instant(written, time),
    (found) => found.length === services,
  );
}
