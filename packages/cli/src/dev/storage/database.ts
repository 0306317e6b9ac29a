/**
 * The series that were pushed, in memory, each with its newest samples. Bounded: the series that had no sample for the
 * longest time makes room for a new one.
 */

import { Refusal } from "@pushmeter/sdk/adapter";
import { keyOf } from "@pushmeter/sdk/prometheus";
import { Samples } from "./samples.ts";

/** Prometheus takes samples up to 10 minutes ahead of its clock and 1 hour behind its newest sample. */
const FURTHEST_AHEAD = 600_000;
const FURTHEST_BEHIND = 3_600_000;
const MOST_SERIES = 20_000;
const MOST_SAMPLES = 1_500_000;

export type Labels = Readonly<Record<string, string>>;

/** A sample as it came. */
export interface Sample {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Ends the series. */
  readonly stale?: boolean | undefined;
  /** Where the series began at zero, milliseconds since the epoch. */
  readonly start?: number | undefined;
}

/** Samples of one series, as a push brings them. */
export interface Fragment {
  readonly name: string;
  readonly labels: Labels;
  readonly samples: readonly Sample[];
  /** As Prometheus's text format names it; undefined if the wire does not say. */
  readonly type?: string | undefined;
}

export interface Series {
  readonly key: string;
  readonly name: string;
  readonly labels: Labels;
  /** A stale marker is NaN. */
  readonly samples: Samples;
  type: string | undefined;
  /** A stale marker came last. */
  hasEnded: boolean;
}

/** Hears of every sample that is stored. `before` is the one that was the newest until then. */
export type OnSample = (series: Series, sample: Sample, before: Sample | undefined) => void;

export interface Limits {
  readonly series: number;
  readonly samples: number;
}

export class Database {
  readonly #now: () => number;
  readonly #onSample: OnSample;
  readonly #limits: Limits;
  /** By key; the one that had a sample last is the last. */
  readonly #series = new Map<string, Series>();
  readonly #names = new Map<string, Set<Series>>();
  #samples = 0;
  #evicted = 0;
  #newest = Number.NEGATIVE_INFINITY;

  /** @param now - milliseconds since the epoch. */
  constructor(
    now: () => number,
    onSample: OnSample = () => {},
    limits: Limits = { series: MOST_SERIES, samples: MOST_SAMPLES },
  ) {
    this.#now = now;
    this.#onSample = onSample;
    this.#limits = limits;
  }

  get size(): number {
    return this.#series.size;
  }

  /** Series that made room for others. */
  get evicted(): number {
    return this.#evicted;
  }

  /** The series of that name, or all. */
  series(name?: string): Iterable<Series> {
    return name === undefined ? this.#series.values() : (this.#names.get(name) ?? []);
  }

  names(): string[] {
    return [...this.#names.keys()].sort();
  }

  /**
   * Stores all samples, or none if one of them is refused. A sample that repeats the newest one changes nothing.
   *
   * @throws Refusal 400 for samples out of order, or with another value at a time that has one.
   */
  append(fragments: readonly Fragment[]): void {
    const keyed = fragments.map(
      (fragment) => [keyOf({ ...fragment.labels, __name__: fragment.name }), fragment] as const,
    );
    const checked = new Map<string, Sample[]>();
    for (const [key, { name, samples }] of keyed) {
      const fresh = checked.get(key) ?? [];
      checked.set(key, fresh);
      const known = this.#series.get(key);
      for (const sample of samples) {
        if (!this.#isRepeated(name, sample, fresh.at(-1) ?? (known && newest(known)))) fresh.push(sample);
      }
    }
    for (const [key, fragment] of keyed) {
      const fresh = checked.get(key);
      // A series that came twice is written the first time.
      checked.delete(key);
      if (fresh?.length) this.#write(key, fragment, fresh);
    }
    while (this.#series.size > this.#limits.series || this.#samples > this.#limits.samples) this.#evict();
  }

  #isRepeated(name: string, { timestamp, value, stale }: Sample, last: Sample | undefined): boolean {
    if (timestamp > this.#now() + FURTHEST_AHEAD || timestamp < this.#newest - FURTHEST_BEHIND) {
      throw new Refusal(400, `out of bounds: ${name} at ${timestamp}`);
    }
    if (!last || timestamp > last.timestamp) return false;
    if (timestamp < last.timestamp) {
      throw new Refusal(400, `out of order sample: ${name} at ${timestamp}, after ${last.timestamp}`);
    }
    if (Boolean(stale) === Boolean(last.stale) && (stale || Object.is(value, last.value))) return true;
    throw new Refusal(400, `duplicate sample for timestamp; overrides not allowed: ${name} at ${timestamp}`);
  }

  #write(key: string, { name, labels, type }: Fragment, samples: readonly Sample[]): void {
    const series = this.#series.get(key) ?? this.#create(key, name, labels);
    series.type = type ?? series.type;
    for (const sample of samples) {
      const before = newest(series);
      this.#samples += series.samples.push(sample.timestamp, sample.stale ? Number.NaN : sample.value);
      series.hasEnded = Boolean(sample.stale);
      this.#newest = Math.max(this.#newest, sample.timestamp);
      this.#onSample(series, sample, before);
    }
    this.#series.delete(key);
    this.#series.set(key, series);
  }

  #create(key: string, name: string, labels: Labels): Series {
    const series: Series = { key, name, labels, samples: new Samples(), type: undefined, hasEnded: false };
    const named = this.#names.get(name) ?? new Set();
    this.#names.set(name, named.add(series));
    return series;
  }

  #evict(): void {
    const [oldest] = this.#series.values();
    if (!oldest) return;
    this.#series.delete(oldest.key);
    const named = this.#names.get(oldest.name);
    named?.delete(oldest);
    if (!named?.size) this.#names.delete(oldest.name);
    this.#samples -= oldest.samples.length;
    this.#evicted++;
  }
}

function newest({ samples, hasEnded }: Series): Sample | undefined {
  if (!samples.length) return undefined;
  return { timestamp: samples.time(-1), value: samples.value(-1), stale: hasEnded };
}
