/**
 * Prometheus's text format 0.0.4. Not by `@opentelemetry/exporter-prometheus`: that installs and, on Node, loads
 * its own version of the OpenTelemetry SDK, and imports Node's `http`.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import { seriesOf } from "./series.ts";
import type { Family } from "./translate.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The text of families, empty if there are none. `job` and `instance` are not in it. */
export function textOf(families: readonly Family[]): string {
  let text = "";
  for (const family of families) {
    const { name, help, type } = family;
    if (help) text += `# HELP ${name} ${escaped(help)}\n`;
    text += `# TYPE ${name} ${type}\n`;
    for (const { name, labels, le, value } of seriesOf([family])) {
      const pairs = Object.entries(le ? { ...labels, le } : labels).map(
        ([label, value]) => `${label}="${escaped(value).replaceAll('"', '\\"')}"`,
      );
      // Without native histograms, which `translate` was not asked for, each value is a number.
      const number = `${value}`.replace(/^(-?)Infinity$/, (_, sign) => `${sign || "+"}Inf`);
      text += `${name}${pairs.length ? `{${pairs}}` : ""} ${number}\n`;
    }
  }
  return text;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
