import { seeded } from "./random.ts";

/** Numbers that look random and can be had again. The seed is printed; `SEED` repeats a run. */
export class Random {
  readonly seed: number;
  /** At least 0, less than 1. */
  readonly next: () => number;

  constructor(seed = Number(process.env.SEED) || Math.floor(Math.random() * 2 ** 31)) {
    this.seed = seed;
    this.next = seeded(seed);
    console.info(`SEED=${seed}`);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}
