/** For destinations that write samples at given times: in requests of bounded size, some at a time. */
import { PushError } from "@pushmeter/sdk";
import { keyOf, metricName } from "@pushmeter/sdk/prometheus";
import type { Sample } from "../outgoing.ts";
import type { Series } from "../series.ts";
import type { PushLog } from "./log.ts";
import type { Pushes, PushOptions, Round } from "./options.ts";
import { groupsOf, requestsOf } from "./packing.ts";
import { request } from "./request.ts";
import { search } from "./search.ts";

/** Requests at a time, of six that a Worker may have. */
const PARALLEL = 6;
/** The part of an interval after which no further group is begun. */
const PART_OF_INTERVAL = 0.8;
/** Requests of one heartbeat that search for series that are refused. */
const MOST_SEARCHES = 100;
/** Where everything is refused no single series is to blame: no search for so long, ms. */
const NO_SEARCH = 300_000;
/** Receivers' words for a sample that another one contradicts. */
const CONFLICT = /out.of.order|duplicate/i;

export class PushesBySample implements Pushes {
  readonly #options: PushOptions;
  readonly #log: PushLog;
  /** Where the last heartbeat ran out of time: the next one begins there. */
  #cursor = 0;
  /** Requests that this heartbeat may still use to search. */
  #searches = MOST_SEARCHES;
  /** Milliseconds since the epoch. */
  #searchFrom = 0;

  constructor(options: PushOptions, log: PushLog) {
    this.#options = options;
    this.#log = log;
  }

  async push({ all, waiting, time, before }: Round): Promise<boolean> {
    const { shard, interval, clock, note } = this.#options;
    const end = clock.monotonic() + interval * PART_OF_INTERVAL;
    this.#searches = MOST_SEARCHES;
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
      const except = new Set(waiting);
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
      const samples = values.map(
        (series): Sample => [series, series.sent ?? series.zero, shard.exemplars.get(series.id)],
      );
      const pushed = await this.#write(samples, time, (series) => failed.add(series.id));
      for (const [series, , exemplar] of samples) {
        if (failed.has(series.id)) continue;
        series.acknowledged = time;
        if (exemplar) shard.exemplars.sent(series.id, exemplar);
      }
      if (!pushed) return false;
    }
    this.#cursor = 0;
    return true;
  }

  async end(series: readonly Series[], time: number): Promise<ReadonlySet<Series>> {
    const failed = new Set<Series>();
    const samples = series.filter(({ sent }) => sent !== undefined).map((one): Sample => [one, one.value]);
    const isReachable = await this.#write(samples, time - 1, (one) => failed.add(one), true);
    // Those that were refused are not ended again.
    return isReachable ? new Set() : failed;
  }

  pause(time: number): Promise<boolean> {
    const samples = Array.from(this.#options.shard.series, (series): Sample => [series, series.value]);
    return this.#write(samples, time + 1, () => {}, true);
  }

  reset(): void {
    for (const series of this.#options.shard.series) series.acknowledged = 0;
  }

  /** Returns false once the receiver cannot be reached: then nothing more is tried. */
  async #write(
    samples: Sample[],
    time: number,
    failed: (series: Series) => void,
    stale = false,
  ): Promise<boolean> {
    const parts = [...requestsOf(samples)];
    let isReachable = true;
    const send = async () => {
      for (let part = parts.shift(); part; part = parts.shift()) {
        const series = part.map(([one]) => one);
        const unsent = isReachable ? await this.#send(part, time, stale) : undefined;
        isReachable &&= unsent !== undefined;
        for (const one of unsent ?? series) failed(one);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, send));
    return isReachable;
  }

  /** Sends one request. Returns the series that are not stored, undefined if the receiver cannot be reached. */
  async #send(
    samples: readonly Sample[],
    time: number,
    stale: boolean,
  ): Promise<readonly Series[] | undefined> {
    const { error, refused } = await request(this.#options, this.#log, samples, time, stale);
    if (!error) return [];
    this.#log.fail(error);
    if (!(error instanceof PushError && error.result === "refused")) return undefined;
    const all = samples.map(([series]) => series);
    const named = refused && all.filter((series) => refused.has(this.#pointOf(series)));
    if (CONFLICT.test(error.message)) {
      this.#log.hasRival = true;
      return named ?? all;
    }
    for (const series of named ?? []) series.refuse(time);
    if (named) return named;
    if (error.status !== 400 && error.status !== 409) return all;
    // As it did before.
    if (all.every(({ asideUntil }) => asideUntil > 0)) return this.#refuse(all, time);
    if (samples.length < 2 || time < this.#searchFrom) return all;
    const found = await search(samples, this.#searches, async (part) => {
      this.#searches--;
      const { error } = await request(this.#options, this.#log, part, time, stale);
      if (!error) return "stored";
      return error instanceof PushError && error.result === "refused" ? "refused" : undefined;
    });
    if (!found.isUseful) this.#searchFrom = time + NO_SEARCH;
    this.#refuse(found.refused, time);
    return found.failed;
  }

  #refuse(all: readonly Series[], time: number): readonly Series[] {
    for (const series of all) {
      series.refuse(time);
      this.#log.refuse(series, time);
    }
    return all;
  }

  /** As the destination names it. */
  #pointOf({ family, labels }: Series): string {
    const name = metricName(family.name, family.unit, family.type);
    return name + keyOf({ ...labels, ...this.#options.labels });
  }
}
