/**
 * OpenTelemetry names to classic Prometheus names. Rules: OpenTelemetry specification, "Prometheus and
 * OpenMetrics Compatibility", "Metric Metadata"; https://opentelemetry.io/docs/specs/otel/compatibility/
 */

/** UCUM units to the words that Prometheus uses. */
const UNITS: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "%": "percent",
};

export type MetricType = "counter" | "gauge" | "histogram";

/** `http.server.request.duration` in `s` becomes `http_server_request_duration_seconds`. */
export function metricName(name: string, unit: string, type: MetricType): string {
  let result = sanitize(name).replace(/_total$/, "");
  const suffix = unitWord(unit, type);
  if (suffix && !`_${result}_`.includes(`_${suffix}_`)) result += `_${suffix}`;
  if (type === "counter") result += "_total";
  return /^\d/.test(result) ? `_${result}` : result;
}

/**
 * Attribute keys become label names. Runs of underscores collapse, so that no name has the reserved `__`. `job`,
 * `instance` and `le` have a meaning in Prometheus: attributes of these names become `exported_job` and so on.
 */
export function labelName(key: string): string {
  const name = sanitize(key);
  return name.replace(/^(?=\d)/, "key_").replace(/^(job|instance|le)$/, "exported_$1");
}

function sanitize(name: string): string {
  return name.replace(/[\W_]+/g, "_") || "_";
}

/** `s` becomes `seconds`, `By/s` `bytes_per_second`, `{request}` nothing. */
export function unitWord(unit: string, type: MetricType): string {
  if (unit === "1") return type === "gauge" ? "ratio" : "";
  const [main = "", per] = unit.replace(/\{.*?\}/g, "").split("/");
  const word = main && (UNITS[main] ?? sanitize(main));
  return per ? `${word && `${word}_`}per_${(UNITS[per] ?? sanitize(per)).replace(/s$/, "")}` : word;
}
