/**
 * When the totals are pushed, and what makes `rate` and `increase` see all of their growth.
 *
 * Every heartbeat pushes every series with the time of the heartbeat, whether or not it changed. Prometheus sees
 * growth only between two samples, so growth that has no sample one interval before gets one: a new series its
 * zero, and after a heartbeat that was missed or not acknowledged every series the value that was pushed last. That
 * value with its time repeats what is stored or adds to it, whatever became of the last attempt.
 */
import type { Destination, PushResult } from "@pushmeter/sdk";
import { PushError } from "@pushmeter/sdk";
import { keyOf, type Labels, metricName } from "@pushmeter/sdk/prometheus";
import type { HeartbeatEntry } from "./journal.ts";
import { outgoing, type Sample } from "./outgoing.ts";
import type { SampleClock } from "./sample-clock.ts";
import type { Series } from "./series.ts";
import type { Shard, Target } from "./shard.ts";

/** Without a batch for so long, ms, the series end: an object that pushes is paid for. */
const IDLE = 600_000;
/** For one request, ms. */
const TIMEOUT = 6_000;
/** Prometheus series of one request; requests at a time, of six that a Worker may have; series that start together. */
const REQUEST_SIZE = 2_000;
const PARALLEL = 6;
const GROUP_SIZE = 40_000;
/** The part of an interval after which no further group is begun. */
const PART_OF_INTERVAL = 0.8;
/** Series without growth leave sooner, ms, where others have found no room. */
const CROWDED_AFTER = 3_600_000;

export interface HeartbeatOptions {
  readonly shard: Shard;
  readonly destination: Destination;
  /** The destination's, by which it gives its samples their time. */
  readonly clock: SampleClock;
  /** Stores what a heartbeat has done to the shard: values that were pushed must not be forgotten. */
  readonly note: (entry: HeartbeatEntry) => Promise<void>;
  /** Between two heartbeats, ms. */
  readonly interval: number;
  /** Series that did not change for so long end and are forgotten, ms. */
  readonly forgetAfter: number;
  /** Labels that all series get besides their own. */
  readonly labels?: Labels | undefined;
  /** Before the shard's name in the label `instance`. */
  readonly prefix?: string | undefined;
}

export interface Push {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `success`, or how it failed. */
  readonly result: string;
  readonly error?: string | undefined;
}

/** Receivers' words for a sample that another one contradicts. */
const CONFLICT = /out.of.order|duplicate/i;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** The first failure of this heartbeat. */
  #failure: Error | undefined;
  /** Ids of series that this heartbeat does not push. */
  #waiting: number[] = [];
  /** Where the last heartbeat ran out of time: the next one begins there. */
  #cursor = 0;
  /** Of a destination that takes everything at once: the heartbeat that was acknowledged last. */
  #acknowledged = 0;
  /** The last heartbeat and how it ended. */
  last: Push | undefined;
  /** Heartbeats in a row that failed. */
  failures = 0;
  /** Another writer seems to write the same series. */
  hasRival = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Pushes everything once per interval, however often it is called. Rejects only if `note` does. */
  async run(now: number): Promise<void> {
    const { shard, interval, destination, clock } = this.#options;
    const before = shard.heartbeat;
    const time = Math.floor(now / interval) * interval;
    if (time <= before || shard.asleep) return;
    shard.heartbeat = time;
    const hadFailed = this.failures > 0;
    this.#failure = undefined;
    clock.time = time;
    const ended = await this.#forget(time);
    // A series that begins anew under the labels of one that has just ended waits for the next heartbeat.
    const waits = (series: Series) =>
      series.isLeaving || (ended.size > 0 && series.sent === undefined && ended.has(identityOf(series)));
    const all: Series[] = [];
    this.#waiting = [];
    for (const series of shard.series)
      if (waits(series)) this.#waiting.push(series.id);
      else all.push(series);
    const isWhole = destination.write
      ? await this.#pushSamples(all, time, before)
      : await this.#pushAll(all, time, before);
    this.#report(time);
    if (isWhole && !hadFailed && !this.#failure && now - shard.received >= IDLE) await this.#sleep(time);
  }

  /** Returns whether everything was tried. */
  async #pushSamples(all: readonly Series[], time: number, before: number): Promise<boolean> {
    const { shard, interval, clock, note } = this.#options;
    const end = clock.monotonic() + interval * PART_OF_INTERVAL;
    const first = Math.max(
      all.findIndex(({ id }) => id >= this.#cursor),
      0,
    );
    // After the last attempt, which may have been stored, and after the stale marker that may follow it.
    const earlier = Math.max(time - interval, before + 2);
    for (const group of groupsOf([...all.slice(first), ...all.slice(0, first)])) {
      const [from, to] = [group[0] as Series, group.at(-1) as Series];
      if (clock.monotonic() > end) {
        this.#cursor = from.id;
        return false;
      }
      const starts = group.filter(
        ({ grows, sent, acknowledged }) => grows && (sent === undefined || acknowledged !== time - interval),
      );
      const except = new Set(this.#waiting);
      const started = await this.#write(
        starts.map((series) => [series, series.sent ?? series.zero]),
        earlier,
        (series) => except.add(series.id),
      );
      if (!started) return false;
      shard.markSent([from.id, to.id], except);
      await note({ state: shard.state, sent: [from.id, to.id], except: [...except] });
      const values = group.filter(({ id }) => !except.has(id));
      const failed = new Set<number>();
      const pushed = await this.#write(
        values.map((series) => [series, series.sent ?? series.zero]),
        time,
        (series) => failed.add(series.id),
      );
      for (const series of values) if (!failed.has(series.id)) series.acknowledged = time;
      if (!pushed) return false;
    }
    this.#cursor = 0;
    return true;
  }

  /**
   * Writes samples in requests of bounded size, some at a time. Returns false once the receiver cannot be reached:
   * then nothing more is tried.
   */
  async #write(
    samples: Sample[],
    time: number,
    failed: (series: Series) => void,
    stale = false,
  ): Promise<boolean> {
    const target = this.#target;
    const requests = [...requestsOf(samples)];
    let isReachable = true;
    const send = async () => {
      for (let request = requests.shift(); request; request = requests.shift()) {
        const error = isReachable && target ? await this.#writeOne(request, target, time, stale) : NOT_TRIED;
        if (!error) continue;
        if (error !== NOT_TRIED) this.#failure ??= error;
        if (!(error instanceof PushError && error.result === "refused")) isReachable = false;
        else if (CONFLICT.test(error.message)) this.hasRival = true;
        for (const [series] of request) failed(series);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, send));
    return isReachable;
  }

  /** Returns why it was not stored. */
  async #writeOne(
    request: readonly Sample[],
    target: Target,
    time: number,
    stale: boolean,
  ): Promise<Error | undefined> {
    const { destination, labels } = this.#options;
    try {
      const metrics = outgoing(request, target, time, labels);
      const result = await destination.write?.(metrics, { time, stale, timeout: TIMEOUT });
      this.#countDropped(result?.dropped, time);
      return result?.code ? (result.error ?? new PushError("refused", "refused as before")) : undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** For destinations that take everything at once. */
  async #pushAll(all: readonly Series[], time: number, before: number): Promise<boolean> {
    const { shard, interval, note, destination } = this.#options;
    const { untimed } = destination;
    const continues = this.#acknowledged === before && before === time - interval;
    if (!untimed) {
      const earlier = Math.max(time - interval, before + 2);
      const starts = all.filter(({ grows, sent }) => grows && (sent === undefined || !continues));
      if (
        starts.length &&
        !(await this.#export(
          starts.map((one) => [one, one.sent ?? one.zero]),
          earlier,
        ))
      ) {
        return false;
      }
    }
    // Without sample times a start is visible only if nothing else is pushed for one interval.
    const starting = new Set<Series>();
    for (const series of all) {
      if (untimed && series.grows && (series.sent === undefined || shard.ended)) starting.add(series);
    }
    const to = all.at(-1)?.id ?? 0;
    const except = new Set([...this.#waiting, ...Array.from(starting, ({ id }) => id)]);
    shard.markSent([0, to], except);
    await note({ state: shard.state, sent: [0, to], except: [...except] });
    const samples = all.map((series): Sample => [series, series.sent ?? series.zero]);
    if (!(await this.#export(samples, time))) return false;
    this.#acknowledged = time;
    if (starting.size || shard.ended) {
      for (const series of starting) series.sent ??= series.zero;
      shard.ended = false;
      // An object that is evicted before the next heartbeat would push the start again.
      await note({ state: shard.state, zeros: Array.from(starting, ({ id }) => id) });
      return false;
    }
    return true;
  }

  async #export(samples: readonly Sample[], time: number): Promise<boolean> {
    const { destination, clock, labels } = this.#options;
    const target = this.#target;
    if (!samples.length || !target) return true;
    let result: PushResult;
    try {
      clock.time = time;
      const metrics = outgoing(samples, target, time, labels);
      result = await new Promise((resolve) => destination.export(metrics, resolve, { timeout: TIMEOUT }));
    } catch (error) {
      result = { code: 1, error: error instanceof Error ? error : new Error(String(error)) };
    }
    this.#countDropped(result.dropped, time);
    if (result.code) this.#failure = result.error ?? new Error("not stored");
    return result.code === 0;
  }

  /** Ends series that no longer change, and those that something else takes the place of. Returns their identities. */
  async #forget(time: number): Promise<ReadonlySet<string>> {
    const { shard, destination, forgetAfter, note } = this.#options;
    const { series: table } = shard;
    const after = table.isCrowded ? Math.min(forgetAfter, CROWDED_AFTER) : forgetAfter;
    table.isCrowded = false;
    const leaving = [...table].filter(
      ({ isLeaving, changed, hasParts }) => isLeaving || (changed <= time - after && !hasParts),
    );
    if (!leaving.length) return new Set();
    const failed = new Set<Series>();
    if (destination.write) {
      const samples = leaving.filter(({ sent }) => sent !== undefined).map((one): Sample => [one, one.value]);
      // Refused or not, they are not pushed again.
      const isReachable = await this.#write(samples, time - 1, (series) => failed.add(series), true);
      if (isReachable) failed.clear();
    }
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
    const { shard, destination, note } = this.#options;
    const { received } = shard;
    try {
      if (destination.write) {
        const samples = Array.from(shard.series, (series): Sample => [series, series.value]);
        const failed: Series[] = [];
        const isReachable = await this.#write(samples, time + 1, (series) => failed.push(series), true);
        if (!isReachable) return;
      } else await destination.pause?.();
    } catch {
      // The next heartbeat tries again.
      return;
    }
    shard.ended = true;
    if (shard.received !== received) return;
    shard.asleep = true;
    this.#acknowledged = 0;
    for (const series of shard.series) series.acknowledged = 0;
    await note({ state: shard.state });
  }

  get #target(): Target | undefined {
    const { shard, prefix = "" } = this.#options;
    return shard.target && { ...shard.target, shard: prefix + shard.target.shard };
  }

  #report(time: number): void {
    const { shard } = this.#options;
    const error = this.#failure;
    const result = !error ? "success" : error instanceof PushError ? error.result : "error";
    this.failures = error ? this.failures + 1 : 0;
    this.last = { time, result, ...(error && { error: error.message }) };
    shard.count("pushmeter.aggregator.pushes", { result }, 1, time, "counter");
    shard.count("pushmeter.aggregator.instances", {}, shard.instances, time, "gauge");
    shard.count("pushmeter.aggregator.series", {}, shard.series.prometheusSeries, time, "gauge");
  }

  #countDropped(dropped: PushResult["dropped"], time: number): void {
    for (const [reason, points] of dropped ?? []) {
      this.#options.shard.count("pushmeter.push.dropped", { reason }, points, time, "counter");
    }
  }
}

const NOT_TRIED = new Error("not tried");

/** Series that start together, before their values are pushed. */
function* groupsOf(all: readonly Series[]): Generator<Series[]> {
  let group: Series[] = [];
  let size = 0;
  for (const series of all) {
    // Ascending ids only: where the list begins again, so does a group.
    if (group.length && (size + series.size > GROUP_SIZE || series.id < (group.at(-1) as Series).id)) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(series);
    size += series.size;
  }
  if (group.length) yield group;
}

function identityOf({ family, labels }: Series): string {
  return `${metricName(family.name, family.unit, family.type)} ${keyOf(labels)}`;
}

function* requestsOf(samples: readonly Sample[]): Generator<Sample[]> {
  let request: Sample[] = [];
  let size = 0;
  for (const sample of samples) {
    if (request.length && size + sample[0].size > REQUEST_SIZE) {
      yield request;
      request = [];
      size = 0;
    }
    request.push(sample);
    size += sample[0].size;
  }
  if (request.length) yield request;
}
