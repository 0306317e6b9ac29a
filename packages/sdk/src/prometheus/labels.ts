/** Attributes to labels. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { labelName } from "./names.ts";

/** Label names to values as Prometheus stores them, sorted by name. */
export type Labels = Readonly<Record<string, string>>;

/** Longer values are cut: receivers refuse them (Mimir and Grafana Cloud above 2048 bytes). */
const LONGEST_VALUE = 1024;

/** Keys that become the same label name join their values with `;`, in the order of the keys. */
export function labelsOf(attributes: Attributes): Labels {
  const labels: Record<string, string> = {};
  const keys = Object.keys(attributes).map((key) => [labelName(key), key] as const);
  for (const [name, key] of keys.sort()) {
    const value = labelValue(attributes[key]);
    if (value) labels[name] = Object.hasOwn(labels, name) ? `${labels[name]};${value}` : value;
  }
  return labels;
}

export function labelValue(value: AttributeValue | undefined): string {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return text.slice(0, LONGEST_VALUE).toWellFormed();
}
