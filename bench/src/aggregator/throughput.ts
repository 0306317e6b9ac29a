/** Persisted batches a second of one object, beside one that only stores a blob per call, and one that does nothing. */
import { median } from "@pushmeter/testkit/statistics";
import type { Progress } from "../part.ts";
import { startObjects } from "./objects.ts";

const CALLERS = 32;
const CALLS = 100;
const ROUNDS = 7;
export const SERIES = 20;

/** Medians of rounds taken in turn. */
export async function throughput(
  progress: Progress,
): Promise<{ aggregator: number; bare: number; idle: number }> {
  const miniflare = await startObjects();
  try {
    const seconds = async (object: string, round: number) => {
      const query = `object=${object}&callers=${CALLERS}&calls=${CALLS}&series=${SERIES}&round=${round}`;
      const started = performance.now();
      const response = await miniflare.dispatchFetch(`http://bench.example/?${query}`);
      const stored = await response.json();
      if (stored !== CALLERS * CALLS) throw new Error(`${object} stored ${stored} of ${CALLERS * CALLS}`);
      return (performance.now() - started) / 1000;
    };
    const rates: Record<string, number[]> = { Aggregator: [], Bare: [], Idle: [] };
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [object, all] of Object.entries(rates)) {
        progress(`round ${round} of ${ROUNDS}, ${object}`);
        const rate = (CALLERS * CALLS) / (await seconds(object, round));
        if (round) all.push(rate);
      }
    }
    const [aggregator, bare, idle] = Object.values(rates).map(median) as [number, number, number];
    return { aggregator, bare, idle };
  } finally {
    await miniflare.dispose();
  }
}
