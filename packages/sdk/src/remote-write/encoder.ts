/**
 * Batches to remote-write requests, and what has to be remembered between them: each series' encoded labels,
 * where it began, and whether the receiver may have it already.
 *
 * Prometheus cannot see a counter's first value unless it knows where the counter began: `increase` needs two
 * samples. Version 2.0 says it with a start timestamp, version 1.0 with one sample of zero; and so does 2.0 to a
 * receiver that may ignore start timestamps, as Prometheus does without a feature flag. Specifications:
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ and https://prometheus.io/docs/specs/prw/remote_write_spec/
 */

import { isExponential } from "../histogram.ts";
import type { Labels } from "../prometheus/labels.ts";
import type { Translation } from "../prometheus/translate.ts";
import { emptied, writeBuckets } from "./native.ts";
import { Writer } from "./protobuf.ts";
import { type Series, seriesOf } from "./series.ts";

/** What one request holds at most, far below what receivers take: series, and characters of their labels. */
const MOST_SERIES = 2_000;
const MOST_CHARACTERS = 500_000;
/** A zero further back is refused by a receiver whose head has moved on (Prometheus: one hour). */
const LONGEST_ZERO = 600_000;
/** The NaN with the bits 0x7ff0000000000002. JavaScript's own NaN has others. */
const STALE_MARKER = new Uint8Array([2, 0, 0, 0, 0, 0, 0xf0, 0x7f]);
const TYPES = ["", "counter", "gauge", "histogram"];

export type Version = 1 | 2;

export interface Entry {
  /** As it was last pushed. */
  series: Series;
  /** When it was last pushed. */
  time: number;
  /** When it began at zero, if it did. */
  start: number | undefined;
  /** The first push after which the receiver may have it; 0: certainly not. */
  sent: number;
  /** The receiver has it. */
  stored: boolean;
  /** Refused on its own, whatever it stands with. */
  refused: boolean;
  /** What stays the same in every request of this version: labels, in version 2 the metadata too. */
  head?: Uint8Array;
  version?: Version;
  group: Group;
}

/** One push. */
export interface Batch {
  /** Of every sample, milliseconds since the epoch. */
  readonly time: number;
  /** Stale markers instead of values. */
  readonly stale: boolean;
  /** What goes together. */
  readonly requests: readonly (readonly Entry[])[];
}

/** Series that go together, for good: they share the strings of version 2. */
interface Group {
  readonly symbols: Map<string, number>;
  /** The symbols as a request's fields. */
  readonly table: Writer;
  series: number;
  characters: number;
}

function createGroup(): Group {
  // The first symbol is the empty one.
  return { symbols: new Map([["", 0]]), table: new Writer().string(4, ""), series: 0, characters: 0 };
}

export class Encoder {
  readonly #entries: Entry[] = [];
  /** By point, then by key: most of the long string is compared once for all buckets. */
  readonly #points = new Map<string, Map<string, Entry>>();
  #group = createGroup();
  readonly #request = new Writer(4096);
  readonly #message = new Writer();
  readonly #field = new Writer();
  readonly #target: Labels;
  #time = 0;

  /** @param target - the labels `job` and `instance`. */
  constructor(target: Labels) {
    this.#target = target;
  }

  /**
   * A push at `now`, milliseconds since the epoch, or a millisecond after the last push if the clock has not
   * moved on: the samples of a series have to be in order.
   */
  start(now: number, translation: Translation): Batch {
    const time = this.#tick(now);
    let point: string | undefined;
    let known = new Map<string, Entry>();
    for (const series of seriesOf(translation)) {
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
      entry.time = time;
      // At the value's own millisecond a zero would be replaced by it.
      if (series.start !== undefined && !entry.sent) entry.start = Math.min(series.start, time - 1);
    }
    return this.#batch(({ time: pushed }) => pushed === time);
  }

  /** The last push: stale markers for everything that the receiver may have. */
  end(now: number, native: boolean): Batch {
    this.#tick(now);
    const isDue = ({ sent, series }: Entry) => sent > 0 && (native || !isExponential(series.value));
    return { ...this.#batch(isDue), stale: true };
  }

  /** Makes these series a group of their own: together with others they were too large. */
  regroup(entries: readonly Entry[]): void {
    const group = createGroup();
    for (const entry of entries) Object.assign(entry, { group, version: undefined });
  }

  /**
   * @param entries - of one request, or a part of them.
   * @param since - no zeros for series that the receiver may have had before this time.
   */
  encode(entries: readonly Entry[], { time, stale }: Batch, version: Version, since: number): Uint8Array {
    for (const entry of entries) if (entry.version !== version) this.#encodeHead(entry, version);
    const request = this.#request.reset();
    if (version === 2 && entries[0]) request.raw(entries[0].group.table.finish());
    for (const entry of entries) {
      const message = this.#message.reset().raw(entry.head as Uint8Array);
      const { start, series } = entry;
      const { value } = series;
      if (hasZero(entry, since)) {
        this.#sample(version, emptied(value), Math.max(entry.start, time - LONGEST_ZERO));
      }
      // Prometheus 3.8 and later read the start with the sample, 3.2 to 3.7 with the series.
      const created = version === 2 ? start : undefined;
      this.#sample(version, stale ? emptied(value) : value, time, created, stale);
      if (created !== undefined) message.int64(6, created);
      request.bytes(version === 1 ? 1 : 5, message.finish());
    }
    return request.finish();
  }

  /** Adds a sample, or a native histogram, to the message. */
  #sample(version: Version, value: Series["value"], time: number, start?: number, stale = false): void {
    const isNumber = typeof value === "number";
    const field = this.#field.reset();
    if (!isNumber) writeBuckets(field, value);
    const sum = isNumber ? 1 : 3;
    if (stale) field.varint((sum << 3) | 1).raw(STALE_MARKER);
    else field.double(sum, isNumber ? value : (value.sum ?? 0));
    const at = isNumber ? 2 : 15;
    field.int64(at, time);
    if (start !== undefined) field.int64(isNumber ? 3 : 17, start);
    this.#message.bytes(isNumber ? 2 : 5 - version, field.finish());
  }

  #tick(now: number): number {
    this.#time = Math.max(Math.floor(now), this.#time + 1);
    return this.#time;
  }

  /** Series that are refused on their own stay among themselves. */
  #batch(isDue: (entry: Entry) => boolean): Batch {
    const requests = new Map<unknown, Entry[]>();
    for (const entry of this.#entries) {
      if (!isDue(entry)) continue;
      const { group, refused } = entry;
      const together = refused ? group.symbols : group;
      const entries = requests.get(together);
      if (entries) entries.push(entry);
      else requests.set(together, [entry]);
    }
    return { time: this.#time, stale: false, requests: [...requests.values()] };
  }

  #add(series: Series): Entry {
    if (this.#group.series >= MOST_SERIES || this.#group.characters >= MOST_CHARACTERS) {
      this.#group = createGroup();
    }
    const group = this.#group;
    group.series++;
    group.characters += series.point.length;
    const entry = { series, time: 0, start: undefined, sent: 0, stored: false, refused: false, group };
    this.#entries.push(entry);
    return entry;
  }

  #encodeHead(entry: Entry, version: Version): void {
    const { series, group } = entry;
    const { name, labels, le, type, help, unit } = series;
    const all: Labels = { ...labels, ...this.#target, le, __name__: name };
    const message = this.#message.reset();
    const field = this.#field.reset();
    for (const key of Object.keys(all).sort()) {
      const value = all[key];
      if (!value) continue;
      if (version === 1) message.bytes(1, field.reset().string(1, key).string(2, value).finish());
      else field.varint(this.#symbol(group, key)).varint(this.#symbol(group, value));
    }
    if (version === 2) {
      const refs = field.finish().slice();
      field.reset().int64(1, TYPES.indexOf(type));
      if (help) field.int64(3, this.#symbol(group, help));
      if (unit) field.int64(4, this.#symbol(group, unit));
      // Before the labels: then all that repeats from series to series stands together, which compresses well.
      message.bytes(5, field.finish()).bytes(1, refs);
    }
    entry.head = message.finish().slice();
    entry.version = version;
  }

  #symbol({ symbols, table }: Group, text: string): number {
    let index = symbols.get(text);
    if (index === undefined) {
      index = symbols.size;
      symbols.set(text, index);
      table.string(4, text);
    }
    return index;
  }
}

/** Whether the request says with a zero where the series began. */
export function hasZero(entry: Entry, since: number): entry is Entry & { readonly start: number } {
  return entry.start !== undefined && !entry.stored && entry.sent >= since;
}
