/** One series of a built-in instrument: what was recorded with one set of attributes. */
import type { Attributes } from "@opentelemetry/api";
import type { Histogram } from "@opentelemetry/sdk-metrics";

export class Accumulation {
  readonly attributes: Attributes;
  /** When nothing was recorded yet, milliseconds since the epoch. */
  start: number;
  count = 0;
  #sum = 0;
  readonly #bounds: number[] | undefined;
  readonly #counts: number[];

  /** @param bounds - upper bounds of a histogram's buckets, ascending. Undefined: a counter. */
  constructor(attributes: Attributes, start: number, bounds: number[] | undefined) {
    this.attributes = attributes;
    this.start = start;
    this.#bounds = bounds;
    this.#counts = [...(bounds ?? []), 0].fill(0);
  }

  /** Ignores NaN and numbers below zero, as the OpenTelemetry SDK does. */
  add(value: number): void {
    if (!(value >= 0)) return;
    this.count++;
    this.#sum += value;
    const bounds = this.#bounds;
    if (!bounds) return;
    // Most requests are quick and end in one of the first buckets.
    let i = 0;
    while (value > (bounds[i] as number)) i++;
    (this.#counts[i] as number)++;
  }

  /** A copy: it does not change when more is recorded. */
  value(): number | Histogram {
    const boundaries = this.#bounds;
    if (!boundaries) return this.#sum;
    return { count: this.count, sum: this.#sum, buckets: { boundaries, counts: [...this.#counts] } };
  }

  /** Begins anew at `start`. */
  reset(start: number): void {
    this.start = start;
    this.count = this.#sum = 0;
    this.#counts.fill(0);
  }
}
