/** What one sender's batch says, whatever wire it came over. */
import type { Attributes } from "@opentelemetry/api";
import type { ExponentialHistogram } from "@opentelemetry/sdk-metrics";
import type { Exemplar } from "./exemplars.ts";

export type Kind = "counter" | "updown" | "gauge" | "histogram";

/** An OpenTelemetry metric without its points. */
export interface Metric {
  readonly scope: string;
  readonly scopeVersion: string;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: Kind;
}

/**
 * A number, a histogram with bounds as `[sum, count of each bucket …]`, or an exponential histogram. The sum is NaN
 * where the sender gives none. Values are replaced, never changed.
 */
export type Value = number | readonly number[] | ExponentialHistogram;

export interface Point {
  readonly metric: Metric;
  /** The attributes, as `keyOf` writes them. */
  readonly key: string;
  /** When the stream began, nanoseconds since the epoch; 0 if the sender does not say. Of totals. */
  readonly start: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: Value;
  /** Of a histogram with bounds. */
  readonly bounds?: readonly number[] | undefined;
  /** The value is the sender's total, not a change of it. */
  readonly cumulative: boolean;
  /** The newest that came with it. */
  readonly exemplar?: Exemplar | undefined;
}

/** The metrics of one resource. */
export interface Batch {
  readonly resource: Attributes;
  readonly points: readonly Point[];
  /** Points that cannot be added up, by reason. */
  readonly rejected: ReadonlyMap<string, number>;
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
