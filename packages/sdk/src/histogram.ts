/** The values of metrics, their sums, and what they are recorded in. */
import type { ExponentialHistogram, Histogram } from "@opentelemetry/sdk-metrics";
import type { HttpRequest } from "./invocation.ts";
import type { Writer } from "./remote-write/protobuf.ts";

/** An exponential histogram at a scale that Prometheus takes. `nativeHistograms()` makes them. */
export interface NativeHistogram extends ExponentialHistogram {
  plus(other: ExponentialHistogram): NativeHistogram;
  minus(other: ExponentialHistogram): NativeHistogram;
  /** Before anything was recorded: as fine as this one, so that the receiver can go on with it. */
  emptied(): NativeHistogram;
  /** Writes all fields of remote write's message but the sum and the times. */
  writeTo(fields: Writer): void;
}

/** What `nativeHistograms()` returns. */
export interface NativeHistograms {
  of(value: ExponentialHistogram): NativeHistogram;
  /** An empty one, to record in. */
  accumulation(): Accumulation;
}

/** What is recorded with one set of attributes. */
export interface Accumulation {
  /** Recordings so far. */
  readonly count: number;
  /** Of a gauge: when it was last recorded, milliseconds since the epoch. */
  readonly changed?: number;
  /** @param exemplar - the trace that it belongs to; a histogram with bounds keeps the last one of each bucket. */
  add(value: number, exemplar?: Exemplar): void;
  /** All that was recorded. It does not change when more is recorded. */
  total(): Value;
  /** What was recorded since it was taken the last time. */
  take(): Value;
}

/** For instruments without advice, the same as in OpenTelemetry's SDK. */
export const DEFAULT_BOUNDARIES = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

export type AnyHistogram = Histogram | ExponentialHistogram;

/** A measurement that belongs to a trace. */
export interface Exemplar {
  /**
   * Those of all series that were not encoded before, as remote write's messages, by entry.
   *
   * @param version - of remote write.
   * @param request - gets their symbols in version 2, after those of the series.
   */
  encode<Entry extends TracedEntry>(
    version: 1 | 2,
    request: Writer,
    entries: readonly Entry[],
  ): Map<Entry, Uint8Array>;
}

/** A series that may have an exemplar. */
export interface TracedEntry {
  readonly series: { readonly exemplar: Exemplar | undefined };
  /** The series' symbols. */
  readonly group: { readonly symbols: ReadonlyMap<string, number> };
}

/**
 * The exemplar of a request that ends; undefined if it belongs to no trace that is sampled. `exemplars` of
 * `@pushmeter/sdk/exemplars` is one.
 *
 * @param value - what is recorded.
 * @param time - milliseconds since the epoch.
 */
export type Exemplars = (request: HttpRequest, value: number, time: number) => Exemplar | undefined;

/** A histogram with bounds. */
export interface ClassicHistogram extends Histogram {
  /** By bucket: the last one. */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined;
}

/** The value of a sum, a gauge or a histogram. */
export type Value = number | ClassicHistogram | NativeHistogram;

export function isExponential(value: unknown): value is ExponentialHistogram {
  return (value as ExponentialHistogram).scale !== undefined;
}

/** The sum of two of a kind, or undefined if bounds differ: counts of different buckets do not add up. */
export function add(a: Value, b: Value): Value | undefined {
  if (typeof a === "number" || typeof b === "number") return (a as number) + (b as number);
  if ("plus" in a) return a.plus(b as NativeHistogram);
  const { boundaries, counts } = a.buckets;
  const other = (b as Histogram).buckets;
  if (`${boundaries}` !== `${other.boundaries}`) return undefined;
  return {
    count: a.count + b.count,
    // Absent where the instrument takes negative values.
    ...(a.sum !== undefined && b.sum !== undefined && { sum: a.sum + b.sum }),
    buckets: { boundaries, counts: counts.map((count, i) => count + (other.counts[i] ?? 0)) },
  };
}

/** What `value` has grown by since `before`, of the same kind; undefined if bounds differ. */
export function minus(value: Value, before: Value): Value | undefined {
  if (typeof value === "number") return value - (before as number);
  if ("plus" in value) return value.minus(before as NativeHistogram);
  const { count, sum, buckets } = before as Histogram;
  const counts = buckets.counts.map((each) => -each);
  return add(value, {
    count: -count,
    ...(sum !== undefined && { sum: -sum }),
    buckets: { boundaries: buckets.boundaries, counts },
  });
}
