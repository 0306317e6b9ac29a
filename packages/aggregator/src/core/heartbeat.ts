/**
 * When the totals are pushed, and what makes `rate` and `increase` see all of their growth.
 *
 * Every heartbeat pushes every series with the time of the heartbeat, whether or not it changed. Prometheus sees
 * growth only between two samples, so growth that has no sample one interval before gets one: a new series its
 * zero, and after a heartbeat that was missed or not acknowledged every series the value that was pushed last. That
 * value with its time repeats what is stored or adds to it, whatever became of the last attempt.
 */

import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination, PushResult } from "@pushmeter/sdk";
import { PushError } from "@pushmeter/sdk";
import { outgoing } from "./outgoing.ts";
import type { SampleClock } from "./sample-clock.ts";
import type { Series, Value } from "./series.ts";
import type { Shard } from "./shard.ts";

/** After so long without a batch the series end, ms: Prometheus takes a series for ended after five minutes, and an object that pushes is paid for. */
const IDLE = 600_000;
/** For one push of at most two in a heartbeat, ms. */
const TIMEOUT = 6_000;

export interface HeartbeatOptions {
  readonly shard: Shard;
  readonly destination: Destination;
  /** The destination's, by which it gives its samples their time. */
  readonly clock: SampleClock;
  /** Stores the shard. Called before each push: values that were pushed must not be forgotten. */
  readonly save: () => Promise<void>;
  /** Between two heartbeats, ms. */
  readonly interval: number;
}

export interface Push {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `success`, or how it failed. */
  readonly result: string;
  readonly error?: string | undefined;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** The heartbeat that was acknowledged last; 0 if that is not known, as after a start. */
  #acknowledged = 0;
  /** The last push and how it ended. */
  last: Push | undefined;
  /** Pushes in a row that failed. */
  failures = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** The time of the heartbeat after `now`. */
  next(now: number): number {
    return this.#timeOf(now) + this.#options.interval;
  }

  /** Pushes everything once per interval, however often it is called. Rejects only if `save` does. */
  async run(now: number): Promise<void> {
    const { shard, interval, save, destination } = this.#options;
    const before = shard.heartbeat;
    const time = this.#timeOf(now);
    if (time <= before || shard.asleep) return;
    shard.heartbeat = time;

    const continues = this.#acknowledged === before && before === time - interval;
    const hasFailed = this.failures > 0;
    const missing = ({ grows, sent, zero }: Series) =>
      grows && (sent === undefined || !continues) ? (sent ?? zero) : undefined;
    if (!destination.untimed) {
      // After the last attempt, which may have been stored, and after the stale marker that may follow it.
      const earlier = Math.max(time - interval, before + 2);
      const start = this.#metrics(earlier, missing);
      if (start) {
        for (const series of shard.series) if (series.grows) series.sent ??= series.zero;
        await save();
        if (!(await this.#push(start, earlier))) return;
      }
    }
    // Without sample times a start is visible only if nothing else is pushed for one interval. With them, a series
    // that came up while the zeros were being pushed has none yet, and waits for the next heartbeat.
    const { untimed } = destination;
    const starting = new Set<Series>();
    for (const series of shard.series) {
      if (series.grows && (series.sent === undefined || (untimed && shard.ended))) starting.add(series);
    }
    const totals = this.#metrics(time, (series) => {
      if (!starting.has(series)) return series.value;
      return untimed && (series.sent ?? series.zero);
    });
    if (!totals) return;
    for (const series of shard.series) if (!starting.has(series)) series.sent = series.value;
    shard.dirty = true;
    await save();
    if (!(await this.#push(totals, time))) return;
    this.#acknowledged = time;
    if (untimed && (starting.size || shard.ended)) {
      for (const series of starting) series.sent ??= series.zero;
      shard.ended = false;
      // An object that is evicted before the next heartbeat would push the start again.
      shard.dirty = true;
      await save();
    } else if (!hasFailed && now - shard.received >= IDLE) await this.#sleep();
  }

  /** Ends the series until the next batch: remote write with stale markers, a Pushgateway by deleting the group. */
  async #sleep(): Promise<void> {
    const { shard, destination, save } = this.#options;
    const { received } = shard;
    try {
      await destination.shutdown();
    } catch {
      // The next heartbeat tries again.
      return;
    }
    shard.ended = true;
    if (shard.received !== received) return;
    shard.asleep = true;
    this.#acknowledged = 0;
    await save();
  }

  #timeOf(now: number): number {
    return Math.floor(now / this.#options.interval) * this.#options.interval;
  }

  #metrics(time: number, pick: (series: Series) => Value | undefined): ResourceMetrics | undefined {
    const { series, target } = this.#options.shard;
    return target && outgoing(series, target, time, pick);
  }

  async #push(metrics: ResourceMetrics, time: number): Promise<boolean> {
    const { shard, destination, clock } = this.#options;
    let result: PushResult;
    try {
      clock.time = time;
      result = await new Promise((resolve) => destination.export(metrics, resolve, { timeout: TIMEOUT }));
    } catch (error) {
      result = { code: 1, error: error instanceof Error ? error : new Error(String(error)) };
    }
    const { code, error, dropped = [] } = result;
    const outcome = code === 0 ? "success" : error instanceof PushError ? error.result : "error";
    this.failures = code === 0 ? 0 : this.failures + 1;
    this.last = { time, result: outcome, ...(error && { error: error.message }) };
    shard.count("pushmeter.aggregator.pushes", { result: outcome }, 1, time);
    for (const [reason, points] of dropped) {
      shard.count("pushmeter.push.dropped", { reason }, points, time);
    }
    return code === 0;
  }
}
