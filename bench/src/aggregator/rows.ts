/** Rows that an object writes while two thousand instances send a batch every five seconds. */
import type { Progress } from "../part.ts";
import { startObjects } from "./objects.ts";

const INSTANCES = 2_000;
const EVERY = 5;
/** Batches a second. */
export const RATE = INSTANCES / EVERY;
/** Two heartbeats. */
const SECONDS = 30;
const SERIES = 20;

export interface Rows {
  readonly batches: number;
  readonly stored: number;
  /** Batches a second that were really sent. */
  readonly rate: number;
  /** As the storage counts them, and one for each alarm that was set. */
  readonly rows: number;
  /** How long senders waited for their answer, ms. */
  readonly p50: number;
  readonly p99: number;
}

export async function rows(progress: Progress): Promise<Rows> {
  const miniflare = await startObjects();
  const started = performance.now();
  const timer = setInterval(
    () => progress(`${RATE} batches/s, ${((performance.now() - started) / 1000).toFixed(0)} of ${SECONDS} s`),
    1000,
  );
  try {
    const query = `instances=${INSTANCES}&every=${EVERY}&seconds=${SECONDS}&series=${SERIES}`;
    const response = await miniflare.dispatchFetch(`http://bench.example/rows?${query}`);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Rows;
  } finally {
    clearInterval(timer);
    await miniflare.dispose();
  }
}
