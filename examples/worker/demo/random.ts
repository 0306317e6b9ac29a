import { seeded } from "@pushmeter/testkit/random";

/** Pseudo-random choices, always the same for a seed. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** One of the values, of which there must be some. */
  pick<Value>(values: readonly Value[]): Value;
}

export function randomFrom(seed: number): Random {
  const next = seeded(seed);
  return {
    next,
    pick: <Value>(values: readonly Value[]) => values[Math.floor(next() * values.length)] as Value,
  };
}
