/** How the heartbeats end: for the status, and for the aggregator's own metrics. */

import { PushError, type PushResult } from "@pushmeter/sdk";
import { DROPPED } from "@pushmeter/sdk/adapter";
import type { Series } from "../series.ts";
import type { Shard } from "../shard.ts";

export interface Push {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `success`, or how it failed. */
  readonly result: string;
  readonly error?: string | undefined;
}

export class PushLog {
  readonly #shard: Shard;
  #failure: Error | undefined;
  /** The last heartbeat and how it ended. */
  last: Push | undefined;
  /** Heartbeats in a row that failed. */
  failures = 0;
  /** Another writer seems to write the same series. */
  hasRival = false;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  /** The first failure of this heartbeat. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  begin(): void {
    this.#failure = undefined;
  }

  fail(error: Error): void {
    this.#failure ??= error;
  }

  drop(dropped: PushResult["dropped"], time: number): void {
    for (const [reason, points] of dropped ?? []) {
      this.#shard.count(DROPPED, { reason }, points, time, "counter");
    }
  }

  /** The receiver does not take a series: nothing of it is stored at this heartbeat. */
  refuse({ size }: Series, time: number): void {
    this.drop(new Map([["refused", size]]), time);
  }

  end(time: number): void {
    const error = this.#failure;
    const shard = this.#shard;
    const result = !error ? "success" : error instanceof PushError ? error.result : "error";
    this.failures = error ? this.failures + 1 : 0;
    this.last = { time, result, ...(error && { error: error.message }) };
    shard.count("pushmeter.aggregator.pushes", { result }, 1, time, "counter");
    shard.count("pushmeter.aggregator.instances", {}, shard.instances, time, "gauge");
    shard.count("pushmeter.aggregator.series", {}, shard.series.prometheusSeries, time, "gauge");
    shard.count("pushmeter.aggregator.memory_bytes", {}, shard.series.bytes, time, "gauge");
    if (error) return;
    const seconds = Math.floor(time / 1000);
    shard.count("pushmeter.aggregator.last_push_timestamp_seconds", {}, seconds, time, "gauge");
  }
}
