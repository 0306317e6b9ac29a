/** The receivers' programs: named by environment variables, or Debian's packages where there is one. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { findServers } from "../servers/find.ts";
import { findOthers } from "../servers/others.ts";

export const PROGRAMS = [
  "PROMETHEUS_BIN",
  "PROMETHEUS_2_BIN",
  "PROMETHEUS_3_15_BIN",
  "PROMETHEUS_3_16_BIN",
  "VICTORIA_METRICS_BIN",
  "VMAGENT_BIN",
  "PUSHGATEWAY_BIN",
  "MIMIR_BIN",
  "CORTEX_BIN",
  "THANOS_BIN",
  "OTELCOL_BIN",
] as const;

export type ProgramName = (typeof PROGRAMS)[number];
export type Programs = Readonly<Partial<Record<ProgramName, string>>>;

/** Files that can be run; what this machine does not have is absent. */
export async function findPrograms(): Promise<Programs> {
  const named = Object.fromEntries(
    PROGRAMS.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  // Why there is none is told by whoever needs one of them: this machine has no Debian packages.
  const servers = await findServers().catch(() => undefined);
  const others = await findOthers().catch(() => undefined);
  const vmagent = others && join(dirname(others.victoriaMetrics), "vmagent");
  return {
    ...(servers && { PROMETHEUS_BIN: servers.prometheus, PUSHGATEWAY_BIN: servers.pushgateway }),
    ...(others && { PROMETHEUS_2_BIN: others.prometheus2, VICTORIA_METRICS_BIN: others.victoriaMetrics }),
    ...(vmagent && existsSync(vmagent) && { VMAGENT_BIN: vmagent }),
    ...named,
  };
}
