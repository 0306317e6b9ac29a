/** Random numbers that a seed repeats (mulberry32): at least 0, less than 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A new array in random order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/** Random choices that a seed repeats. Its functions can be used unbound. */
export class SeededRandom {
  readonly seed: number;
  /** At least 0, less than 1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.seed = seed;
    this.next = seeded(seed);
  }

  /** An integer of at least 0, less than `limit`. */
  readonly below = (limit: number): number => Math.floor(this.next() * limit);

  /** One of the values, of which there must be some. */
  readonly pick = <T>(values: readonly T[]): T => values[this.below(values.length)] as T;
}
