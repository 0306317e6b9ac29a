/** What a thousand instances leave behind in one object: ten simulated minutes, a batch of each every 30 s. */
import type { Progress } from "../part.ts";
import { workerd } from "../usage.ts";
import { startObjects } from "./objects.ts";

export const INSTANCES = 1000;
export const SERIES = 50;
const ROUNDS = 20;
export const BATCHES = INSTANCES * ROUNDS;
/** By then the heap has grown to what so many calls at once need. */
const WARM = 10;
/** Rounds before a point in time of which the largest size counts: a snapshot comes and its rows are used again. */
const LAST = 5;

export interface Size {
  /** Bytes of the object's database. */
  readonly stored: number;
  /** Bytes of memory that workerd occupies; NaN where /proc does not tell. */
  readonly memory: number;
}

/** After five minutes and after ten, and the batches that were stored. */
export async function bounded(progress: Progress): Promise<{ five: Size; ten: Size; batches: number }> {
  const miniflare = await startObjects();
  try {
    const sizes: Size[] = [];
    let batches = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`${INSTANCES} instances, round ${round} of ${ROUNDS}`);
      const load = `callers=${INSTANCES}&calls=1&series=${SERIES}&first=${round}&round=0`;
      const response = await miniflare.dispatchFetch(
        `http://bench.example/?object=Frequent&heartbeat&${load}`,
      );
      const { stored, bytes } = (await response.json()) as { stored: number; bytes: number };
      batches += stored;
      sizes.push({ stored: bytes, memory: workerd()?.memory ?? Number.NaN });
    }
    return { five: largest(sizes.slice(WARM - LAST, WARM)), ten: largest(sizes.slice(-LAST)), batches };
  } finally {
    await miniflare.dispose();
  }
}

function largest(sizes: readonly Size[]): Size {
  const most = (key: keyof Size) => Math.max(...sizes.map((size) => size[key]));
  return { stored: most("stored"), memory: most("memory") };
}
