import type { Destination } from "@pushmeter/sdk";
import type { Labels } from "@pushmeter/sdk/prometheus";
import type { HeartbeatEntry } from "../journal.ts";
import type { SampleClock } from "../sample-clock.ts";
import type { Series } from "../series.ts";
import type { Shard } from "../shard.ts";

/** What every part of a heartbeat works with. */
export interface PushOptions {
  readonly shard: Shard;
  readonly destination: Destination;
  /** The destination's, by which it gives its samples their time. */
  readonly clock: SampleClock;
  /** Stores what a heartbeat has done to the shard: values that were pushed must not be forgotten. */
  readonly note: (entry: HeartbeatEntry) => Promise<void>;
  /** Between two heartbeats, ms. */
  readonly interval: number;
  /** Labels that all series get besides their own. */
  readonly labels?: Labels | undefined;
  /** Before the shard's name in the label `instance`. */
  readonly prefix?: string | undefined;
}

/** What one heartbeat pushes. */
export interface Round {
  readonly all: readonly Series[];
  /** Ids of series that wait for the next heartbeat. */
  readonly waiting: readonly number[];
  /** Of this heartbeat, milliseconds since the epoch. */
  readonly time: number;
  /** Of the heartbeat before. */
  readonly before: number;
}

/** The way to a destination: by sample, or everything at once. */
export interface Pushes {
  /** Returns whether everything was tried. */
  push(round: Round): Promise<boolean>;
  /** Ends series that are forgotten. Returns those that have to be ended again. */
  end(series: readonly Series[], time: number): Promise<ReadonlySet<Series>>;
  /** Ends all series, until the next batch comes. Returns whether that was tried for all. */
  pause(time: number): Promise<boolean>;
  /** Forgets what was acknowledged: the series have been ended. */
  reset(): void;
}
