/** Records in exponential buckets. */
import { Growing } from "../recording/accumulation.ts";
import { FINEST_SCALE, MOST_BUCKETS } from "./exponential.ts";
import { ScaledHistogram } from "./native-histogram.ts";

/** Smaller numbers, which are not normal, count as this one: no bucket's bound can be written with them. */
const SMALLEST = 2 ** -1022;

/** Nothing below zero is recorded in a histogram. */
const NONE = { offset: 0, bucketCounts: [] };

export class ExponentialAccumulation extends Growing {
  #scale = FINEST_SCALE;
  /** The index of the first bucket. */
  #offset = 0;
  #counts: number[] = [];
  #zeros = 0;
  #sum = 0;

  /** Ignores what is not finite, as OpenTelemetry's SDK does. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.count++;
    this.#sum += value;
    if (value === 0) {
      this.#zeros++;
      return;
    }
    let index = this.#indexOf(value);
    if (!this.#counts.length) this.#offset = index;
    while (this.#length(index) > MOST_BUCKETS) {
      this.#coarsen();
      index = this.#indexOf(value);
    }
    for (; index < this.#offset; this.#offset--) this.#counts.unshift(0);
    while (this.#counts.length <= index - this.#offset) this.#counts.push(0);
    (this.#counts[index - this.#offset] as number)++;
  }

  protected pending(): ScaledHistogram {
    return new ScaledHistogram({
      count: this.#counts.reduce((sum, count) => sum + count, this.#zeros),
      sum: this.#sum,
      scale: this.#scale,
      zeroCount: this.#zeros,
      positive: { offset: this.#offset, bucketCounts: this.#counts },
      negative: NONE,
    });
  }

  /** Begins anew, in the finest buckets. */
  protected clear(): void {
    this.#scale = FINEST_SCALE;
    this.#counts = [];
    this.#zeros = this.#sum = 0;
  }

  /** Bucket `i` ends with 2^((i + 1) / 2^scale), which is in it. */
  #indexOf(value: number): number {
    return Math.ceil(Math.log2(Math.max(value, SMALLEST)) * 2 ** this.#scale) - 1;
  }

  /** How many buckets there are with one at `index`. */
  #length(index: number): number {
    return Math.max(index + 1, this.#offset + this.#counts.length) - Math.min(index, this.#offset);
  }

  /** Makes two buckets one. */
  #coarsen(): void {
    const offset = this.#offset >> 1;
    const counts: number[] = [];
    this.#counts.forEach((count, i) => {
      const index = ((this.#offset + i) >> 1) - offset;
      counts[index] = (counts[index] ?? 0) + count;
    });
    this.#scale--;
    this.#offset = offset;
    this.#counts = counts;
  }
}
