/** Numbers that look random and can be had again: mulberry32. The seed is printed; `SEED` repeats a run. */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(process.env.SEED) || Math.floor(Math.random() * 2 ** 31)) {
    this.seed = seed;
    this.#state = seed;
    console.info(`SEED=${seed}`);
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}
