/** For destinations that take everything at once, such as a Pushgateway. */
import type { Sample } from "../outgoing.ts";
import type { Series } from "../series.ts";
import type { PushLog } from "./log.ts";
import type { Pushes, PushOptions, Round } from "./options.ts";
import { request } from "./request.ts";

export class WholePushes implements Pushes {
  readonly #options: PushOptions;
  readonly #log: PushLog;
  /** The heartbeat that was acknowledged last; 0 after a start of the host. */
  #acknowledged = 0;

  constructor(options: PushOptions, log: PushLog) {
    this.#options = options;
    this.#log = log;
  }

  async push({ all, waiting, time, before }: Round): Promise<boolean> {
    const { shard, interval, note, destination } = this.#options;
    const hasTimes = destination.timestamps !== false;
    const continues = this.#acknowledged === before && before === time - interval;
    if (hasTimes) {
      const earlier = Math.max(time - interval, before + 2);
      const starts = all.filter(({ grows, sent }) => grows && (sent === undefined || !continues));
      if (!(await this.#export(starts, earlier))) return false;
    }
    // Without sample times a start is visible only if nothing else is pushed for one interval.
    const starting = new Set<Series>();
    for (const series of all) {
      if (!hasTimes && series.grows && (series.sent === undefined || shard.ended)) starting.add(series);
    }
    const to = all.at(-1)?.id ?? 0;
    const except = new Set([...waiting, ...Array.from(starting, ({ id }) => id)]);
    shard.markSent([0, to], except);
    await note({ state: shard.state, sent: [0, to], except: [...except] });
    if (!(await this.#export(all, time))) return false;
    this.#acknowledged = time;
    if (!starting.size && !shard.ended) return true;
    for (const series of starting) series.sent ??= series.zero;
    shard.ended = false;
    // An object that is evicted before the next heartbeat would push the start again.
    await note({ state: shard.state, zeros: Array.from(starting, ({ id }) => id) });
    return false;
  }

  /** A push replaces all that was there: what is left out has ended. */
  async end(): Promise<ReadonlySet<Series>> {
    return new Set();
  }

  async pause(): Promise<boolean> {
    await this.#options.destination.pause?.();
    return true;
  }

  reset(): void {
    this.#acknowledged = 0;
  }

  async #export(all: readonly Series[], time: number): Promise<boolean> {
    if (!all.length) return true;
    const samples = all.map((series): Sample => [series, series.sent ?? series.zero]);
    const { error } = await request(this.#options, this.#log, samples, time);
    if (error) this.#log.fail(error);
    return !error;
  }
}
