/** All series of one shard: deltas go in, totals stand here. Pure: no clock, no platform, no storage. */
import type { Attributes } from "@opentelemetry/api";
import { attributesOf, type Batch, keyOf, type Metric, type Point } from "./model.ts";
import { type SavedSeries, Series, zeroOf } from "./series.ts";

/** Attribute sets of one metric, the overflow set among them: OpenTelemetry's own default. */
const MOST_SETS = 2000;
/** Metrics and attribute sets in all: a sender that makes up names cannot fill the object. */
const MOST_METRICS = 1000;
const MOST_SERIES = 20_000;
const OVERFLOW = keyOf({ "otel.metric.overflow": true });
/** Counts of different buckets do not add up: they must never be mixed. */
const BOUNDS_LABEL = "pushmeter.bounds";

interface Entry {
  readonly metric: Metric;
  readonly bounds: string;
  /** What keeps a histogram extra whose bounds are not those that the metric had first. */
  readonly extra: Attributes | undefined;
  readonly series: Map<string, Series>;
}

/** A metric, or a series of the metric that came before it. */
export type SavedSeriesRecord =
  | { readonly metric: Metric; readonly bounds: string }
  | { readonly series: SavedSeries };

export class SeriesTable {
  readonly #entries = new Map<string, Entry>();
  /** The bounds that each histogram had first. */
  readonly #bounds = new Map<string, string>();
  #size = 0;
  /** The metric of the records that follow. */
  #restoring: Entry | undefined;

  /** Attribute sets. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a batch; returns the points that found no room.
   *
   * @param isOwn - the aggregator's own, which must be seen above all when there is no room.
   */
  add(instance: string, { points }: Batch, isOwn = false): number {
    let withoutRoom = 0;
    let last: Entry | undefined;
    for (const point of points) {
      const found = this.#seriesOf(point, last, isOwn);
      if (!found) {
        withoutRoom++;
        continue;
      }
      last = found[0];
      found[1].add(instance, point);
    }
    return withoutRoom;
  }

  /** An instance is gone, and with it what it had added to up-down counters. */
  forget(instance: string): void {
    for (const { metric, series } of this.#entries.values()) {
      if (metric.kind === "updown") for (const one of series.values()) one.forget(instance);
    }
  }

  /** The series of each metric, and an attribute that all of them need besides their own. */
  entries(): Iterable<{ readonly extra: Attributes | undefined; readonly series: Map<string, Series> }> {
    return this.#entries.values();
  }

  *[Symbol.iterator](): Generator<Series> {
    for (const { series } of this.#entries.values()) yield* series.values();
  }

  *save(): Generator<SavedSeriesRecord> {
    for (const { metric, bounds, series } of this.#entries.values()) {
      yield { metric, bounds };
      for (const one of series.values()) yield { series: one.save() as SavedSeries };
    }
  }

  /** Adds records of `save`, in the same order. */
  restore(record: SavedSeriesRecord): void {
    if ("metric" in record) {
      this.#restoring = this.#entryOf(record.metric, record.bounds);
    } else if (this.#restoring) {
      const { metric, series } = this.#restoring;
      series.set(keyOf(record.series.attributes), Series.restore(metric, record.series));
      this.#size++;
    }
  }

  /** @param last - the entry of the point before, most often the same. */
  #seriesOf(
    { metric, key, value }: Point,
    last: Entry | undefined,
    isOwn: boolean,
  ): [Entry, Series] | undefined {
    const bounds = typeof value === "number" ? "" : value.buckets.boundaries.join();
    let entry = last?.metric === metric && last.bounds === bounds ? last : undefined;
    if (!entry) {
      entry = this.#entries.get(entryKey(metric, bounds));
      if (!entry && this.#entries.size >= MOST_METRICS && !isOwn) return undefined;
      entry ??= this.#entryOf(metric, bounds);
    }
    let series = entry.series.get(key);
    if (!series) {
      const isFull = entry.series.size >= MOST_SETS - 1 || this.#size >= MOST_SERIES;
      const set = isFull && !isOwn ? OVERFLOW : key;
      series = entry.series.get(set);
      if (!series) {
        series = new Series(entry.metric, attributesOf(set), zeroOf(value));
        entry.series.set(set, series);
        this.#size++;
      }
    }
    return [entry, series];
  }

  #entryOf(metric: Metric, bounds: string): Entry {
    const key = entryKey(metric, bounds);
    let entry = this.#entries.get(key);
    if (!entry) {
      const base = entryKey(metric, "");
      const first = this.#bounds.get(base) ?? bounds;
      this.#bounds.set(base, first);
      const extra = first === bounds ? undefined : { [BOUNDS_LABEL]: bounds || "none" };
      entry = { metric, bounds, extra, series: new Map() };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}

function entryKey({ scope, scopeVersion, name, unit, kind }: Metric, bounds: string): string {
  return JSON.stringify([scope, scopeVersion, name, unit, kind, bounds]);
}
