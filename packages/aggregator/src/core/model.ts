/** What one sender's batch says, whatever wire it came over. */
import type { Attributes } from "@opentelemetry/api";
import type { Histogram } from "@opentelemetry/sdk-metrics";

export type Kind = "counter" | "updown" | "gauge" | "histogram";

export interface Metric {
  readonly scope: string;
  readonly scopeVersion: string;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: Kind;
}

export interface Point {
  readonly metric: Metric;
  /** The attributes, as `keyOf` writes them. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** A histogram's for histograms. */
  readonly value: number | Histogram;
  /** An up-down counter's value is its sender's total, not a change of it. */
  readonly cumulative: boolean;
}

/** The metrics of one resource. */
export interface Batch {
  readonly resource: Attributes;
  readonly points: readonly Point[];
  /** Points that an aggregator cannot add up, by reason. */
  readonly rejected: ReadonlyMap<string, number>;
}

/** Attributes as a text, the same for equal ones in any order. */
export function keyOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The attributes of which `key` was made. */
export function attributesOf(key: string): Attributes {
  return Object.fromEntries(JSON.parse(key));
}

/** [namespace/]service.name, in Prometheus the label `job`. */
export function jobOf(resource: Attributes): string {
  const namespace = resource["service.namespace"];
  return (namespace ? `${namespace}/` : "") + (resource["service.name"] ?? "unknown_service");
}

/** A body that its sender must not send again. The message says what is wrong with it. */
export class BadInput extends Error {
  override readonly name = "BadInput";
}
