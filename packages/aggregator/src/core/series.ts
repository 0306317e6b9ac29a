/** One attribute set of one metric, added up over all senders, and the rules for that by kind. */
import type { Attributes } from "@opentelemetry/api";
import type { Histogram } from "@opentelemetry/sdk-metrics";
import type { Metric, Point } from "./model.ts";

/** A value as it was sent, or undefined while nothing was. Histograms are replaced, never changed. */
export type Value = number | Histogram;

export class Series {
  readonly metric: Metric;
  /** As its senders have them. */
  readonly attributes: Attributes;
  /** The total; of an up-down counter the sum over `parts`. */
  value: Value;
  /** What the last beat carried, whether or not it arrived. */
  sent: Value | undefined;
  /** When a gauge was last set, milliseconds since the epoch. */
  #time = 0;
  /** An up-down counter's totals by instance: each expires with its instance. */
  readonly #parts = new Map<string, number>();

  constructor(metric: Metric, attributes: Attributes, zero: Value) {
    this.metric = metric;
    this.attributes = attributes;
    this.value = zero;
  }

  /** Whether the series starts at zero and only grows: then Prometheus has to see where it started. */
  get grows(): boolean {
    return this.metric.kind === "counter" || this.metric.kind === "histogram";
  }

  get zero(): Value {
    return typeof this.value === "number" ? 0 : zeroOf(this.value);
  }

  add(instance: string, { value, time, cumulative }: Point): void {
    switch (this.metric.kind) {
      case "counter":
        this.value = finite((this.value as number) + (value as number));
        break;
      case "histogram":
        this.value = addHistograms(this.value as Histogram, value as Histogram);
        break;
      case "gauge":
        // Batches of many instances arrive in any order.
        if (time < this.#time) return;
        this.#time = time;
        this.value = value;
        break;
      case "updown": {
        const before = this.#parts.get(instance) ?? 0;
        this.#parts.set(instance, finite(cumulative ? (value as number) : before + (value as number)));
        this.#total();
        break;
      }
    }
  }

  forget(instance: string): void {
    if (this.#parts.delete(instance)) this.#total();
  }

  /** Added anew each time, so that no rounding is left over when instances go. */
  #total(): void {
    let total = 0;
    for (const part of this.#parts.values()) total += part;
    this.value = finite(total);
  }

  save() {
    const { attributes, value, sent } = this;
    return {
      attributes,
      value,
      ...(sent !== undefined && (sent === value ? { even: true } : { sent })),
      ...(this.#time && { time: this.#time }),
      ...(this.#parts.size && { parts: [...this.#parts] }),
    };
  }

  static restore(metric: Metric, saved: SavedSeries): Series {
    const series = new Series(metric, saved.attributes, saved.value);
    series.sent = saved.even ? saved.value : saved.sent;
    series.#time = saved.time || 0;
    for (const [instance, part] of saved.parts || []) series.#parts.set(instance, part);
    return series;
  }
}

export type SavedSeries = {
  attributes: Attributes;
  value: Value;
  even?: boolean;
  sent?: Value;
  time?: number | 0;
  parts?: [string, number][] | 0;
};

/** The value of a series before anything was added to it. */
export function zeroOf(value: Value): Value {
  if (typeof value === "number") return 0;
  const { boundaries, counts } = value.buckets;
  return {
    count: 0,
    buckets: { boundaries, counts: counts.map(() => 0) },
    ...(value.sum !== undefined && { sum: 0 }),
  };
}

/** Both have the same bounds: others are another series. */
function addHistograms(a: Histogram, b: Histogram): Histogram {
  return {
    count: a.count + b.count,
    buckets: {
      boundaries: a.buckets.boundaries,
      counts: a.buckets.counts.map((count, i) => count + (b.buckets.counts[i] as number)),
    },
    ...(a.sum !== undefined && b.sum !== undefined && { sum: finite(a.sum + b.sum) }),
  };
}

/** A total never becomes infinite: it could not grow any more, nor be stored as JSON. */
function finite(value: number): number {
  return Math.max(Math.min(value, Number.MAX_VALUE), -Number.MAX_VALUE);
}
