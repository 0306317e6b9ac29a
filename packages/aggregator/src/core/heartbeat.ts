/**
 * When the totals go out, and what makes `rate` and `increase` see all of them.
 *
 * Every beat carries every series with the time of the beat, whether or not it changed. Prometheus sees growth
 * only between two samples, so growth that has no sample right before it gets one: a new series its zero, and
 * after a beat that was missed or not acknowledged every series the value that was handed out last. That value
 * and its time can only repeat what is stored, never contradict it, whatever became of the last attempt.
 */

import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination, PushResult } from "@pushmeter/sdk";
import { PushError } from "@pushmeter/sdk";
import type { BeatClock } from "./beat-clock.ts";
import { outgoing } from "./outgoing.ts";
import type { Series, Value } from "./series.ts";
import type { Shard } from "./shard.ts";

/** Prometheus takes a series for ended after five minutes; an object that beats is one that is paid for. */
const IDLE = 600_000;
/** For one push of at most two in a beat, ms. */
const TIMEOUT = 6_000;

export interface HeartbeatOptions {
  readonly shard: Shard;
  readonly destination: Destination;
  /** The destination's, by which it gives its samples their time. */
  readonly clock: BeatClock;
  /** Stores the shard. What was handed out must not be forgotten: it is called before each push. */
  readonly save: () => void;
  /** Between two beats, ms. */
  readonly every: number;
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
  /** The beat that was acknowledged last; unknown to an object that has just woken. */
  #stored = 0;
  /** The last push and how it went. */
  last: Push | undefined;
  /** Pushes in a row that failed. */
  failures = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** The time of the beat after `now`. */
  next(now: number): number {
    return this.#grid(now) + this.#options.every;
  }

  /** Pushes everything once per beat, however often it is called. Never rejects. */
  async beat(now: number): Promise<void> {
    const { shard, every, save, destination } = this.#options;
    const before = shard.beat;
    const time = this.#grid(now);
    if (time <= before || shard.asleep) return;
    shard.beat = time;

    const continues = this.#stored === before && before === time - every;
    const hasFailed = this.failures > 0;
    const missing = ({ grows, sent, zero }: Series) =>
      grows && (sent === undefined || !continues) ? (sent ?? zero) : undefined;
    if (!destination.untimed) {
      // After the last attempt, which may have been stored, and after the stale marker that may follow it.
      const earlier = Math.max(time - every, before + 2);
      const start = this.#batch(earlier, missing);
      if (start) {
        for (const series of shard.totals) if (series.grows) series.sent ??= series.zero;
        save();
        if (!(await this.#push(start, earlier))) return;
      }
    }
    // Without times the start can be shown only by showing nothing else for a beat. Elsewhere a series that came up
    // while the zeros were on their way has none yet, and waits for the next beat.
    const { untimed } = destination;
    const starting = new Set<Series>();
    for (const series of shard.totals) {
      if (series.grows && (series.sent === undefined || (untimed && shard.ended))) starting.add(series);
    }
    const totals = this.#batch(time, (series) => {
      if (!starting.has(series)) return series.value;
      return untimed && (series.sent ?? series.zero);
    });
    if (!totals) return;
    for (const series of shard.totals) if (!starting.has(series)) series.sent = series.value;
    shard.dirty = true;
    save();
    if (!(await this.#push(totals, time))) return;
    this.#stored = time;
    if (untimed && (starting.size || shard.ended)) {
      for (const series of starting) series.sent ??= series.zero;
      shard.ended = false;
      // An object that is evicted before the next beat would show the start again, and again.
      shard.dirty = true;
      save();
    } else if (!hasFailed && now - shard.received >= IDLE) await this.#sleep();
  }

  /** Ends the series until the next batch: remote write with stale markers, a Pushgateway by deleting the group. */
  async #sleep(): Promise<void> {
    const { shard, destination, save } = this.#options;
    const { received } = shard;
    try {
      await destination.shutdown();
    } catch {
      // The next beat tries again.
      return;
    }
    shard.ended = true;
    if (shard.received !== received) return;
    shard.asleep = true;
    this.#stored = 0;
    save();
  }

  #grid(now: number): number {
    return Math.floor(now / this.#options.every) * this.#options.every;
  }

  #batch(time: number, pick: (series: Series) => Value | undefined): ResourceMetrics | undefined {
    const { totals, target } = this.#options.shard;
    return target && outgoing(totals, target, time, pick);
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
