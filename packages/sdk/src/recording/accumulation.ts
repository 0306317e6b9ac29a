/** What an instrument records with one set of attributes, by kind of instrument. */
import { type Accumulation, add, type ClassicHistogram, type Exemplar, type Value } from "../histogram.ts";

/** Adds up. What was taken is added to what has come since where all of it is asked for. */
export abstract class Growing implements Accumulation {
  count = 0;
  #taken: Value | undefined;

  abstract add(value: number): void;

  /** Since it was taken the last time, as a copy. */
  protected abstract pending(): Value;

  /** Begins anew. */
  protected abstract clear(): void;

  total(): Value {
    return this.#with(this.pending());
  }

  take(): Value {
    const pending = this.pending();
    this.#taken = this.#with(pending);
    this.clear();
    return pending;
  }

  /** What was taken before, and this. */
  #with(pending: Value): Value {
    // Values of one accumulation always add up.
    return this.#taken === undefined ? pending : (add(this.#taken, pending) as Value);
  }
}

export class Sum extends Growing {
  #sum = 0;

  add(value: number): void {
    this.count++;
    this.#sum += value;
  }

  protected pending(): number {
    return this.#sum;
  }

  protected clear(): void {
    this.#sum = 0;
  }
}

/** A histogram with bounds. */
export class Buckets extends Growing {
  readonly #boundaries: number[];
  readonly #counts: number[];
  #sum = 0;
  readonly #exemplars: Exemplar[] = [];

  /** @param boundaries - upper bounds, ascending. */
  constructor(boundaries: number[]) {
    super();
    this.#boundaries = boundaries;
    this.#counts = [...boundaries, 0].fill(0);
  }

  add(value: number, exemplar?: Exemplar): void {
    this.count++;
    this.#sum += value;
    // Most requests are quick and end in one of the first buckets.
    let i = 0;
    while (value > (this.#boundaries[i] as number)) i++;
    (this.#counts[i] as number)++;
    if (exemplar) this.#exemplars[i] = exemplar;
  }

  protected pending(): ClassicHistogram {
    const counts = [...this.#counts];
    const count = counts.reduce((sum, each) => sum + each);
    const value = { count, sum: this.#sum, buckets: { boundaries: this.#boundaries, counts } };
    return this.#exemplars.length ? { ...value, exemplars: [...this.#exemplars] } : value;
  }

  protected clear(): void {
    this.#sum = 0;
    this.#counts.fill(0);
  }
}

/** A gauge. */
export class LastValue implements Accumulation {
  count = 0;
  changed = 0;
  #value = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(value: number): void {
    this.count++;
    this.changed = this.#now();
    this.#value = value;
  }

  total(): number {
    return this.#value;
  }

  take(): number {
    return this.#value;
  }
}

/** A total that is kept elsewhere and observed. What is taken is its growth. */
export class ObservedTotal implements Accumulation {
  count = 0;
  #total = 0;
  #taken = 0;
  readonly #isMonotonic: boolean;

  /** @param isMonotonic - if it falls, it has begun anew. */
  constructor(isMonotonic: boolean) {
    this.#isMonotonic = isMonotonic;
  }

  add(value: number): void {
    this.count++;
    this.#total = value;
  }

  total(): number {
    return this.#total;
  }

  take(): number {
    const before = this.#isMonotonic && this.#total < this.#taken ? 0 : this.#taken;
    this.#taken = this.#total;
    return this.#total - before;
  }
}
