/**
 * When the totals are pushed, and what makes `rate` and `increase` see all of their growth.
 *
 * Every heartbeat pushes every series with the time of the heartbeat, whether or not it changed. Prometheus sees
 * growth only between two samples, so growth that has no sample one interval before gets one: a new series its
 * zero, and after a heartbeat that was missed or not acknowledged every series the value that was pushed last. That
 * value with its time repeats what is stored or adds to it, whatever became of the last attempt.
 */
import { keyOf, metricName } from "@pushmeter/sdk/prometheus";
import { PushesBySample } from "./pushes/by-sample.ts";
import { type Push, PushLog } from "./pushes/log.ts";
import type { Pushes, PushOptions } from "./pushes/options.ts";
import { WholePushes } from "./pushes/whole.ts";
import { scrapeOnly } from "./scrape-only.ts";
import type { Series } from "./series.ts";

/** Without a batch for so long, ms, the series end: an object that pushes is paid for. */
const IDLE = 600_000;
/** Series without growth leave sooner, ms, where others have found no room. */
const CROWDED_AFTER = 3_600_000;

export interface HeartbeatOptions extends PushOptions {
  /** Series that did not change for so long end and are forgotten, ms. */
  readonly forgetAfter: number;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #log: PushLog;
  readonly #pushes: Pushes;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#log = new PushLog(options.shard);
    const Kind = options.destination.write ? PushesBySample : WholePushes;
    this.#pushes = new Kind(options, this.#log);
  }

  /** The last heartbeat and how it ended. */
  get last(): Push | undefined {
    return this.#log.last;
  }

  /** Heartbeats in a row that failed. */
  get failures(): number {
    return this.#log.failures;
  }

  /** Another writer seems to write the same series. */
  get hasRival(): boolean {
    return this.#log.hasRival;
  }

  /** Nothing is pushed. */
  get isScraped(): boolean {
    return this.#options.destination === scrapeOnly();
  }

  /**
   * Pushes everything once per interval, however often it is called. Rejects only if `note` does.
   *
   * @param isLast - pushes what has come since, without waiting for the end of the interval.
   */
  async run(now: number, isLast = false): Promise<void> {
    const { shard, interval, clock } = this.#options;
    const before = shard.heartbeat;
    const time = isLast ? now : Math.floor(now / interval) * interval;
    if (time <= before || shard.asleep) return;
    shard.heartbeat = time;
    const hadFailed = this.failures > 0;
    this.#log.begin();
    clock.time = time;
    const ended = await this.#forget(time);
    // A series that begins anew under the labels of one that has just ended waits for the next heartbeat.
    const waits = (series: Series) =>
      series.isLeaving || (ended.size > 0 && series.sent === undefined && ended.has(identityOf(series)));
    const all: Series[] = [];
    const waiting: number[] = [];
    const aside: Series[] = [];
    for (const series of shard.series) {
      const isAside = series.asideUntil > time;
      if (isAside) aside.push(series);
      if (isAside || waits(series)) waiting.push(series.id);
      else all.push(series);
    }
    for (const series of aside) this.#log.refuse(series, time);
    const isWhole = await this.#pushes.push({ all, waiting, time, before });
    this.#log.end(time);
    if (isWhole && !hadFailed && !this.#log.failure && now - shard.received >= IDLE) await this.#sleep(time);
  }

  /** Ends series that no longer change, and those that something else takes the place of. Returns their identities. */
  async #forget(time: number): Promise<ReadonlySet<string>> {
    const { shard, forgetAfter, note } = this.#options;
    const { series: table } = shard;
    const after = table.isCrowded ? Math.min(forgetAfter, CROWDED_AFTER) : forgetAfter;
    table.isCrowded = false;
    const leaving = [...table].filter(
      ({ isLeaving, changed, hasParts }) => isLeaving || (changed <= time - after && !hasParts),
    );
    if (!leaving.length) return new Set();
    const failed = await this.#pushes.end(leaving, time);
    const removed = leaving.filter((series) => !failed.has(series)).map(({ id }) => id);
    table.remove(new Set(removed));
    // In the order in which they happen: a replay gives out the same ids only then.
    const noted = note({ state: shard.state, removed });
    shard.count("pushmeter.aggregator.forgotten", { what: "series" }, removed.length, time, "counter");
    await noted;
    return new Set(leaving.map(identityOf));
  }

  /** Ends all series until the next batch: with stale markers, or by deleting a Pushgateway's group. */
  async #sleep(time: number): Promise<void> {
    const { shard, note } = this.#options;
    const { received } = shard;
    try {
      if (!(await this.#pushes.pause(time))) return;
    } catch {
      // The next heartbeat tries again.
      return;
    }
    shard.ended = true;
    if (shard.received !== received) return;
    shard.asleep = true;
    this.#pushes.reset();
    await note({ state: shard.state });
  }
}

function identityOf({ family, labels }: Series): string {
  return `${metricName(family.name, family.unit, family.type)} ${keyOf(labels)}`;
}
