/** Pseudo-random choices, always the same for a seed. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** One of the values, of which there must be some. */
  pick<Value>(values: readonly Value[]): Value;
}

/** The generator is mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    pick: <Value>(values: readonly Value[]) => values[Math.floor(next() * values.length)] as Value,
  };
}
