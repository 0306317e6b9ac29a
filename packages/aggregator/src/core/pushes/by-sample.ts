/** For destinations that write samples at given times: in requests of bounded size, some at a time. */
import { PushError } from "@pushmeter/sdk";
import type { Sample } from "../outgoing.ts";
import type { Series } from "../series.ts";
import type { PushLog } from "./log.ts";
import type { Pushes, PushOptions, Round } from "./options.ts";
import { groupsOf, requestsOf } from "./packing.ts";
import { request } from "./request.ts";

/** Requests at a time, of six that a Worker may have. */
const PARALLEL = 6;
/** The part of an interval after which no further group is begun. */
const PART_OF_INTERVAL = 0.8;
/** Receivers' words for a sample that another one contradicts. */
const CONFLICT = /out.of.order|duplicate/i;

export class PushesBySample implements Pushes {
  readonly #options: PushOptions;
  readonly #log: PushLog;
  /** Where the last heartbeat ran out of time: the next one begins there. */
  #cursor = 0;

  constructor(options: PushOptions, log: PushLog) {
    this.#options = options;
    this.#log = log;
  }

  async push({ all, waiting, time, before }: Round): Promise<boolean> {
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
    const requests = [...requestsOf(samples)];
    let isReachable = true;
    const send = async () => {
      for (let part = requests.shift(); part; part = requests.shift()) {
        if (isReachable) {
          const error = await request(this.#options, this.#log, part, time, stale);
          if (!error) continue;
          this.#log.fail(error);
          if (!(error instanceof PushError && error.result === "refused")) isReachable = false;
          else if (CONFLICT.test(error.message)) this.#log.hasRival = true;
        }
        for (const [series] of part) failed(series);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, send));
    return isReachable;
  }
}
