/** What a platform gives a shard host. */
import type { Destination, Runtime } from "@pushmeter/sdk";
import type { Labels } from "@pushmeter/sdk/prometheus";
import type { Store } from "./store.ts";

/** Calls `ShardHost.alarm` at a time. A new time replaces the last one. */
export interface Alarm {
  /** @param time - milliseconds since the epoch. */
  set(time: number): void;
  clear(): void;
}

export interface HostOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly alarm: Alarm;
  /** Made at the first heartbeat. `clock` gives the samples their time. */
  readonly destination: (clock: Runtime) => Destination;
  /** Between two heartbeats, ms. */
  readonly interval: number;
  /** Series without growth for so long end and are forgotten, ms. Default one day. */
  readonly forgetAfter?: number | undefined;
  /** Labels that all series get besides their own. */
  readonly labels?: Labels | undefined;
  /** Before the shard's name in the label `instance`. */
  readonly prefix?: string | undefined;
  /** Keep exponential histograms, for a receiver of native ones. Default: give them bounds. */
  readonly native?: boolean | undefined;
  /** Resolves when the store can take more; what comes in until then shares a row. Default: at once. */
  readonly gather?: (() => Promise<void>) | undefined;
  /**
   * Memory may be ahead of the store: this host takes nothing more, and another one has to start from the store.
   *
   * @param reason - for a log.
   */
  readonly abort: (reason: string) => void;
}
