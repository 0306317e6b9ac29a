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

/** The unit of an instrument that has a Prometheus name already, such as `app_request_count`: nothing is added to it. */
export const AS_NAMED = "{}";

/** `http.server.request.duration` in `s` becomes `http_server_request_duration_seconds`. */
export function metricName(name: string, unit: string, type: MetricType): string {
  if (unit === AS_NAMED) return name;
  const isCounter = type === "counter";
  // `_total` is a counter's suffix. Other metrics keep it where it is a part of their name.
  let result = isCounter ? sanitize(name).replace(/_total$/, "") : sanitize(name);
  const suffix = unitWord(unit, type);
  if (suffix && !`_${result}_`.includes(`_${suffix}_`)) result += `_${suffix}`;
  if (isCounter) result += "_total";
  return /^\d/.test(result) ? `_${result}` : result;
}

/**
 * Attribute keys become label names. Runs of underscores collapse, so that no name has the reserved `__`. `job`,
 * `instance` and `le` have a meaning in Prometheus: attributes of these names become `exported_job` and so on.
 *
 * @param reserved - more such names.
 */
export function labelName(key: string, reserved: readonly string[] = []): string {
  const name = sanitize(key).replace(/^(?=\d)/, "key_");
  return /^(job|instance|le)$/.test(name) || reserved.includes(name) ? `exported_${name}` : name;
}

/** ASCII and at most 1,000 characters, which leaves room for prefixes and suffixes. */
function sanitize(name: string): string {
  return name.replace(/[\W_]+/g, "_").slice(0, 1000) || "_";
}

/** `s` becomes `seconds`, `By/s` `bytes_per_second`, `{request}` nothing. */
export function unitWord(unit: string, type: MetricType): string {
  if (unit === "1") return type === "gauge" ? "ratio" : "";
  const [main = "", per] = unit.replace(/\{.*?\}/g, "").split("/");
  const word = main && (UNITS[main] ?? sanitize(main));
  return per ? `${word && `${word}_`}per_${(UNITS[per] ?? sanitize(per)).replace(/s$/, "")}` : word;
}
