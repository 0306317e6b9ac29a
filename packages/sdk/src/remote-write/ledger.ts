/**
 * What an instance has pushed and what the receiver has of it, series by series.
 *
 * Prometheus cannot see a counter's first value unless it knows where the counter began: `increase` needs two
 * samples. So a counter opens with a sample of zero. Its time is fixed when the zero is first sent and moves only
 * while all attempts are known to have failed: a zero that is repeated at its own time may be refused, but it cannot
 * count anything twice. Version 2.0 says the same with a start timestamp besides, for receivers that read it.
 */
import { isExponential, minus } from "../histogram.ts";
import type { Labels } from "../prometheus/labels.ts";
import { type Series, seriesOf } from "../prometheus/series.ts";
import type { Translation } from "../prometheus/translate.ts";
import { createGroup, type Group, type Version } from "./group.ts";

/** What one request holds at most, far below what receivers take: series, and characters of their labels. */
export const MOST_SERIES = 2_000;
const MOST_CHARACTERS = 500_000;
/** A zero further back is refused by a receiver whose head has moved on (Prometheus: one hour). */
const LONGEST_OPENING = 600_000;
/** How far the clock may be behind the last sample, ms, before the instance goes on under another id. */
const FURTHEST_AHEAD = 300_000;
/** How long a series that was refused is left alone, ms: the first times, and at most. */
const FIRST_ASIDE = 30_000;
const LONGEST_ASIDE = 600_000;
const PATIENCE = 3;

/** To be sent with the first value. */
export const DUE = 0;

export interface Entry {
  /** As it was last pushed. */
  series: Series;
  /** The series' value, or what it has grown since the instance has its present id. */
  value: Series["value"];
  /** When it was last pushed. */
  time: number;
  /** When it began at zero, if it did: when it was first recorded. */
  readonly birth: number | undefined;
  /** When a request with its value last came to something. */
  tried: number;
  /** The time of its opening, which is the start timestamp. */
  start: number | undefined;
  /** `DUE`, or the number of the request that may have stored it; undefined: no more to be sent. */
  opening: number | undefined;
  /** What the receiver has acknowledged: the series' value. */
  stored: Series["value"] | undefined;
  /** What was acknowledged under an earlier id. */
  before: Series["value"] | undefined;
  /** The receiver may have something of it. */
  isKnown: boolean;
  /** On the clock for schedules: not sent until then, for it was refused alone. */
  asideUntil: number;
  refusals: number;
  /** While a refused request is searched: those that it was split off with. */
  suspects: readonly Entry[] | undefined;
  /** What stays the same in every request of this version: labels, in version 2 the metadata too. */
  head?: Uint8Array | undefined;
  version?: Version | undefined;
  group: Group;
}

/** One push. */
export interface Batch {
  /** Of every sample, milliseconds since the epoch. */
  readonly time: number;
  /** Stale markers instead of values. */
  readonly isStale: boolean;
  /** What goes together; those that were not sent for the longest time come first. */
  readonly requests: readonly (readonly Entry[])[];
  /** Series that are left alone, because the receiver refuses them. */
  readonly aside: number;
}

export class Ledger {
  readonly #entries: Entry[] = [];
  /** By point, then by key: most of the long string is compared once for all buckets. */
  readonly #points = new Map<string, Map<string, Entry>>();
  #group = createGroup();
  #target: Labels;
  readonly #clock: () => number;
  readonly #instanceId: () => string;
  #time = 0;
  #before = 0;

  /**
   * @param target - the labels `job` and `instance`.
   * @param clock - for schedules.
   * @param instanceId - another one, should the clock turn out to have been far ahead.
   */
  constructor(target: Labels, clock: () => number, instanceId: () => string) {
    this.#target = target;
    this.#clock = clock;
    this.#instanceId = instanceId;
  }

  /** The labels `job` and `instance`. */
  get target(): Labels {
    return this.#target;
  }

  /**
   * A push at `now`, milliseconds since the epoch, or a millisecond after the last push if the clock has not
   * moved on: the samples of a series have to be in order.
   */
  start(now: number, translation: Translation): Batch {
    if (now < this.#time - FURTHEST_AHEAD) this.#renew();
    const time = this.#tick(now);
    let point: string | undefined;
    let known = new Map<string, Entry>();
    for (const series of seriesOf(translation.families)) {
      if (series.point !== point) {
        point = series.point;
        known = this.#points.get(point) ?? new Map();
        this.#points.set(point, known);
      }
      let entry = known.get(series.key);
      if (!entry) {
        entry = this.#add(series);
        known.set(series.key, entry);
      }
      // Classic buckets that are made of exponential ones may lose to the next what those lose by becoming coarser.
      if (series.le) series.value = Math.max(entry.series.value as number, series.value as number);
      entry.series = series;
      entry.value =
        entry.before === undefined ? series.value : (minus(series.value, entry.before) as Series["value"]);
      entry.time = time;
      // Nothing has happened since the instance has another id: the value is the zero.
      if (entry.before !== undefined && isZero(entry.value) && entry.opening === DUE)
        entry.opening = undefined;
      if (entry.opening === DUE) this.open(entry, entry.birth as number);
    }
    return this.#batch(({ time: pushed }) => pushed === time);
  }

  /** The last push: stale markers for everything that the receiver may have. */
  end(now: number, native: boolean): Batch {
    this.#tick(now);
    const isDue = ({ isKnown, series }: Entry) => isKnown && (native || !isExponential(series.value));
    return { ...this.#batch(isDue), isStale: true };
  }

  /** Gives an opening its time: `birth` if it is not too far back. At the value's own time the value would replace it. */
  open(entry: Entry, birth: number): void {
    entry.start = Math.max(Math.min(birth, this.#time - 1), this.#time - LONGEST_OPENING);
  }

  /** Nothing of the batch was stored: its time may be used again, and a later one be earlier. */
  undo({ time }: Batch): void {
    if (this.#time === time) this.#time = this.#before;
  }

  /** Makes these series a separate group: together with others they were too large. */
  regroup(entries: readonly Entry[]): void {
    const group = createGroup();
    for (const entry of entries) Object.assign(entry, { group, version: undefined });
  }

  /** The receiver has these values. */
  store(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.stored = entry.series.value;
      entry.opening = entry.suspects = undefined;
      entry.asideUntil = entry.refusals = 0;
    }
  }

  /** The receiver refuses this series alone: it has nothing of it, and is asked again later. */
  refuse(entry: Entry): void {
    const pause = FIRST_ASIDE * 2 ** Math.max(0, entry.refusals++ - PATIENCE);
    entry.asideUntil = this.#clock() + Math.min(LONGEST_ASIDE, pause);
    entry.suspects = undefined;
    if (entry.birth !== undefined && entry.stored === undefined) entry.opening = DUE;
  }

  /** The receiver refuses everything: no single series is to blame. */
  forgive(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.suspects = undefined;
      entry.asideUntil = entry.refusals = 0;
    }
  }

  #tick(now: number): number {
    this.#before = this.#time;
    this.#time = Math.max(Math.floor(now), this.#time + 1);
    return this.#time;
  }

  /** Another id, so that the receiver takes earlier times; only what it has not acknowledged counts from now on. */
  #renew(): void {
    this.#target = { ...this.#target, instance: this.#instanceId() };
    this.#time = 0;
    for (const entry of this.#entries) {
      if (entry.birth !== undefined) {
        entry.opening = DUE;
        entry.start = undefined;
        entry.before = entry.stored;
      }
      entry.isKnown = false;
      entry.version = undefined;
    }
  }

  #batch(isDue: (entry: Entry) => boolean): Batch {
    const now = this.#clock();
    const requests = new Map<unknown, Entry[]>();
    let aside = 0;
    for (const entry of this.#entries) {
      if (!isDue(entry)) continue;
      const { group, suspects, asideUntil } = entry;
      if (asideUntil > now) {
        aside++;
        continue;
      }
      // What was refused is tried again among itself: the reason may be gone, and most receivers store the rest.
      const together = suspects || asideUntil ? group.symbols : group;
      const entries = requests.get(together);
      if (entries) entries.push(entry);
      else requests.set(together, [entry]);
    }
    const sorted = [...requests.values()].sort(([a], [b]) => rank(a as Entry) - rank(b as Entry));
    return { time: this.#time, isStale: false, requests: sorted, aside };
  }

  #add(series: Series): Entry {
    if (this.#group.series >= MOST_SERIES || this.#group.characters >= MOST_CHARACTERS) {
      this.#group = createGroup();
    }
    const group = this.#group;
    group.series++;
    group.characters += series.point.length;
    const birth = series.start === undefined ? undefined : Math.min(series.start, this.#time - 1);
    const entry: Entry = {
      series,
      value: series.value,
      time: 0,
      birth,
      tried: 0,
      start: undefined,
      opening: birth === undefined ? undefined : DUE,
      stored: undefined,
      before: undefined,
      isKnown: false,
      asideUntil: 0,
      refusals: 0,
      suspects: undefined,
      group,
    };
    this.#entries.push(entry);
    return entry;
  }
}

/** The longest not sent first, and what was refused after all others. */
function rank({ suspects, asideUntil, tried }: Entry): number {
  return tried + (suspects || asideUntil ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

function isZero(value: Series["value"]): boolean {
  return (typeof value === "number" ? value : value.count) === 0;
}
