/** The receivers' programs: environment variables name them. */

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

/** The files by name; what no variable names is absent. */
export function findPrograms(environment = process.env): Partial<Record<ProgramName, string>> {
  return Object.fromEntries(PROGRAMS.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}
