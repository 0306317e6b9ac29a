/**
 * What is remembered of every sender: which numbered batches are in the totals, and from which of its own totals
 * growth is counted.
 */
import type { Point, Value } from "./model.ts";
import { Recent } from "./recent.ts";
import { restored } from "./series.ts";
import { growth } from "./values.ts";

/** How long a sender that sends nothing is remembered, ms, and how many are at most. */
const LONGEST_SILENCE = 6 * 3_600_000;
const MOST_SENDERS = 100_000;
/** Batches may overtake each other within so many numbers. */
const WINDOW = 256;
/** A sender's first batch may have overtaken those before it, if its number is not above this. */
const FIRST_NUMBERS = 16;
/** Totals from which growth is counted: of one sender, and of all. */
const MOST_BASELINES_OF_ONE = 5_000;
const MOST_BASELINES = 100_000;
/** A process that is older than the shard by more than this, ms, has a past that is not counted. */
const OLDEST_START = 600_000;

interface Baseline {
  readonly value: Value;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

interface Sender {
  /** The highest number of a batch. */
  seq: number;
  /** Lower numbers that have not come yet, ascending. */
  missing: number[];
  /** By stream and start time. */
  readonly baselines: Map<string, Baseline>;
  /** Streams that began up to then may have been forgotten, milliseconds since the epoch. */
  horizon: number;
}

export type SavedSender = readonly [
  id: string,
  seen: number,
  seq: number,
  missing: readonly number[],
  horizon: number,
  baselines: readonly (readonly [key: string, value: Value, time: number])[],
];

export interface Forgotten {
  /** Ids of senders that are gone. */
  readonly gone: readonly string[];
  /** Those among them that had to go for others, before their time. */
  readonly evicted: number;
}

export class Senders {
  readonly #senders = new Recent<Sender>(LONGEST_SILENCE, MOST_SENDERS);
  #baselines = 0;
  /** As `Sender.horizon`, of senders that are not known; undefined until the first is seen. */
  horizon: number | undefined;
  /** Baselines that had to go for others. */
  evictedBaselines = 0;

  get size(): number {
    return this.#senders.size;
  }

  has(id: string): boolean {
    return this.#senders.get(id) !== undefined;
  }

  /** The batch with this number is in the totals, or too old to tell. */
  isKnown(id: string, seq: number): boolean {
    const sender = this.#senders.get(id);
    if (!sender || seq > sender.seq) return false;
    return !sender.missing.includes(seq);
  }

  /** The sender is alive. */
  see(id: string, now: number): Forgotten {
    this.horizon ??= now - OLDEST_START;
    const horizon = this.horizon;
    const sender = this.#senders.get(id) ?? { seq: 0, missing: [], baselines: new Map(), horizon };
    const { gone, evicted } = this.#senders.set(id, sender, now);
    for (const { baselines, horizon } of gone.values()) {
      const dropped = this.#dropBaselines(baselines, baselines.size);
      this.horizon = Math.max(this.horizon, dropped, horizon);
    }
    return { gone: [...gone.keys()], evicted };
  }

  /** The batch with this number is in the totals now. The sender has been seen. */
  add(id: string, seq: number): void {
    const sender = this.#senders.get(id) as Sender;
    if (seq > sender.seq) {
      const isFirst = sender.seq === 0;
      const from = Math.max(sender.seq + 1, seq - WINDOW);
      if (!isFirst || seq <= FIRST_NUMBERS) for (let n = from; n < seq; n++) sender.missing.push(n);
      sender.seq = seq;
      sender.missing = sender.missing.filter((n) => n > seq - WINDOW);
    } else sender.missing = sender.missing.filter((n) => n !== seq);
  }

  /**
   * What a sender's total adds to the series: its growth since the total before, everything if the stream is new,
   * undefined if it is not known how much of it was counted. The sender has been seen.
   *
   * @param stream - the point's, as a text.
   */
  growth(id: string, stream: string, { value, start, time }: Point): Value | undefined {
    const sender = this.#senders.get(id) as Sender;
    const key = `${start} ${stream}`;
    const before = sender.baselines.get(key);
    // A total that was overtaken by a later one, or comes again.
    if (before && time <= before.time) return undefined;
    sender.baselines.delete(key);
    sender.baselines.set(key, { value, time });
    if (before) return growth(value, before.value) ?? value;
    if (++this.#baselines > MOST_BASELINES || sender.baselines.size > MOST_BASELINES_OF_ONE)
      this.#makeRoom(sender);
    return start / 1e6 > sender.horizon ? value : undefined;
  }

  *save(): Generator<SavedSender> {
    for (const [id, { seq, missing, horizon, baselines }, seen] of this.#senders.save()) {
      const saved = Array.from(baselines, ([key, { value, time }]) => [key, value, time] as const);
      yield [id, seen, seq, missing, horizon, saved];
    }
  }

  /** Adds what `save` returned, in the same order. */
  restore([id, seen, seq, missing, horizon, saved]: SavedSender): void {
    const baselines = new Map(saved.map(([key, value, time]) => [key, { value: restored(value), time }]));
    this.#baselines += baselines.size;
    this.#senders.restore([id, { seq, missing: [...missing], horizon, baselines }, seen]);
  }

  #makeRoom(newest: Sender): void {
    let victim = newest;
    if (this.#baselines > MOST_BASELINES) {
      for (const [, sender] of this.#senders) {
        if (!sender.baselines.size) continue;
        victim = sender;
        break;
      }
    }
    const count = Math.ceil(victim.baselines.size / 2);
    this.evictedBaselines += count;
    victim.horizon = Math.max(victim.horizon, this.#dropBaselines(victim.baselines, count));
  }

  /** Returns when the latest of them began. */
  #dropBaselines(baselines: Map<string, Baseline>, count: number): number {
    let horizon = 0;
    let left = count;
    for (const key of baselines.keys()) {
      if (left-- <= 0) break;
      horizon = Math.max(horizon, Number(key.slice(0, key.indexOf(" "))) / 1e6);
      baselines.delete(key);
      this.#baselines--;
    }
    return horizon;
  }
}
