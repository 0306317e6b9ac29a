/** The largest shard, and what is measured of it. */

/** Label sets of histograms with 15 bounds. */
export const SETS = 20_000;
/** What the receiver takes for an answer, ms. */
export const ANSWER = 80;
/** Between two heartbeats, ms. */
export const INTERVAL = 15_000;

export interface Large {
  /** Heap that the shard keeps, bytes. */
  readonly memory: number;
  /** The most that all of it and one heartbeat take, bytes. */
  readonly peak: number;
  /** Of the first heartbeat, which has all zeros besides, and of the next, ms. */
  readonly first: number;
  readonly next: number;
  readonly series: number;
  readonly failures: number;
}
