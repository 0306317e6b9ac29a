import type { Runtime } from "../runtime.ts";

const LONGEST = 5_000;

/**
 * How long to pause before an attempt is repeated, ms. Half of it is certain, the rest random.
 *
 * @param retries - that came before.
 * @param first - the longest first pause, ms. It doubles up to five seconds.
 */
export function backoff(runtime: Runtime, retries: number, first = 250): number {
  return (1 - runtime.random() / 2) * Math.min(LONGEST, first * 2 ** retries);
}
