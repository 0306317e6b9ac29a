/** What Prometheus must hold after recordings, worked out from the rules and not from our code. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";

export interface Recording {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly attributes: Attributes;
  readonly value: number;
}

export interface Tally {
  /** The sum; a gauge's last value. */
  value: number;
  /** All values, for buckets. */
  readonly values: number[];
}

/** By kind and label set, both in `keyOf`'s form. What is negative or NaN is dropped in counters and histograms. */
export function expected(recordings: readonly Recording[]): Map<string, Tally> {
  const sets = new Map<string, { recording: Recording; tally: Tally }>();
  for (const recording of recordings) {
    const { kind, attributes, value } = recording;
    if (kind !== "gauge" && !(value >= 0)) continue;
    const id = JSON.stringify([kind, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const { tally } = sets.get(id) ?? { tally: { value: 0, values: [] } };
    sets.set(id, { recording, tally });
    add(kind, tally, { value, values: [value] });
  }
  // Sets that differ only in what Prometheus cannot write are one series.
  const series = new Map<string, Tally>();
  for (const { recording, tally } of sets.values()) {
    const key = keyOf(recording.kind, labelsOf(recording.attributes));
    const known = series.get(key);
    if (known) add(recording.kind, known, tally);
    else series.set(key, tally);
  }
  return series;
}

export function keyOf(kind: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([kind, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function add(kind: Recording["kind"], to: Tally, { value, values }: Tally): void {
  to.value = kind === "gauge" ? value : to.value + value;
  to.values.push(...values);
}

/** OpenTelemetry's compatibility specification: names are sanitized, values of keys that collide are joined. */
function labelsOf(attributes: Attributes): Record<string, string> {
  const parts = new Map<string, [key: string, text: string][]>();
  for (const [key, value] of Object.entries(attributes)) {
    const text = textOf(value);
    if (!text) continue;
    const name = nameOf(key);
    parts.set(name, [...(parts.get(name) ?? []), [key, text]]);
  }
  const joined = Array.from(parts, ([name, texts]) => {
    const sorted = texts.sort(([a], [b]) => (a < b ? -1 : 1));
    return [name, cut(sorted.map(([, text]) => text).join(";"))] as const;
  });
  return Object.fromEntries(joined);
}

function nameOf(key: string): string {
  const name =
    key
      .replace(/[^a-zA-Z0-9_]+|_+/g, "_")
      .replace(/_+/g, "_")
      .slice(0, 1000) || "_";
  if (/^(job|instance|le)$/.test(name)) return `exported_${name}`;
  return /^\d/.test(name) ? `key_${name}` : name;
}

function textOf(value: AttributeValue | undefined): string {
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}

/** At most 1,024 bytes of UTF-8, code point by code point. */
function cut(text: string): string {
  let result = "";
  for (const letter of text.toWellFormed()) {
    if (Buffer.byteLength(result + letter) > 1024) break;
    result += letter;
  }
  return result;
}
