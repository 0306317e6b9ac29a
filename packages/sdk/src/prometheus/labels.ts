/** Attributes to labels. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { labelName } from "./names.ts";

/** Label names to values as Prometheus stores them, sorted by name. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Bytes of UTF-8 in a label's value, and in its name. Longer ones are cut: Mimir and Cortex refuse values from
 * 2,049 bytes and names from 1,025 bytes on.
 */
const LONGEST_LABEL = 1024;

/**
 * Keys that become the same label name join their values with `;`, in the order of the keys.
 *
 * @param reserved - label names that have a meaning at the receiver: attributes of these names become
 * `exported_<name>`.
 */
export function labelsOf(attributes: Attributes, reserved?: readonly string[]): Labels {
  const labels: Record<string, string> = {};
  const keys = Object.keys(attributes).map((key) => [labelName(key, reserved), key] as const);
  for (const [name, key] of keys.sort()) {
    const value = labelValue(attributes[key]);
    if (value) labels[name] = Object.hasOwn(labels, name) ? cut(`${labels[name]};${value}`) : value;
  }
  return labels;
}

/** Empty for a value that is no text and has no JSON. */
export function labelValue(value: AttributeValue | undefined): string {
  return cut(typeof value === "string" ? value : (jsonOf(value) ?? ""));
}

/** A value's JSON, undefined if it has none or its own code throws. */
export function jsonOf(value: unknown): string | undefined {
  try {
    // Without a replacer workerd's V8 writes a cyclic value over and over, for 15 ms, before it throws.
    return value === null ? undefined : JSON.stringify(value, (_, inner) => inner);
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  // No character takes more than three bytes; a surrogate pair takes four.
  if (text.length * 3 <= LONGEST_LABEL) return text.toWellFormed();
  // Writes whole code points only.
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(LONGEST_LABEL));
  return text.slice(0, read).toWellFormed();
}
