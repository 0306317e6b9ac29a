/**
 * All series of one shard, by what Prometheus stores: translated name and label set. OpenTelemetry streams that
 * translate to one series are one series here, and add up. Pure: no clock, no platform, no storage.
 */
import type { Attributes } from "@opentelemetry/api";
import { keyOf, labelsOf } from "@pushmeter/sdk/prometheus";
import { type Conflict, Families, type Family, newFamily } from "./families.ts";
import { attributesOf, type Metric, type Point } from "./model.ts";
import { type FamilyInfo, type SavedSeries, Series } from "./series.ts";
import { isBuckets, zeroOf } from "./values.ts";

/** Label sets of one family, the overflow set among them: OpenTelemetry's own default. */
const MOST_SETS = 2000;
const MOST_SERIES = 20_000;
/** In Prometheus, where each bucket is a series. */
const MOST_PROMETHEUS_SERIES = 400_000;
/** Estimated, of 128 MB that the platform gives to all of an isolate's objects. */
const MOST_BYTES = 48_000_000;
const OVERFLOW = "otel.metric.overflow";
const BOUNDS = "pushmeter.bounds";
/** The scope whose series have no scope labels. */
export const OWN_SCOPE = "@pushmeter/sdk";

/** An OpenTelemetry metric, of histograms with certain bounds, and its way to the series. */
interface Stream {
  readonly metric: Metric;
  readonly boundsKey: string;
  readonly family: Family;
  /** By the attributes' key. */
  readonly series: Map<string, Series>;
}

export type SavedSeriesRecord =
  | { readonly nextId: number }
  | { readonly replaced: readonly [family: string, by: string] }
  | {
      readonly family: readonly [FamilyInfo["type"], name: string, unit: string, description: string];
      /** False: another family has its name, and its series are to be marked stale. */
      readonly isLive: boolean;
    }
  | { readonly bounds: readonly [key: string, bounds: readonly number[] | null] }
  | { readonly series: SavedSeries; readonly family: number; readonly bounds: string };

export class SeriesTable {
  readonly #families = new Families();
  readonly #streams = new Map<string, Stream>();
  readonly #byId = new Map<number, Series>();
  /** By the metric's name, that of its last point: a batch has the metrics that the one before had. */
  readonly #last = new Map<string, Stream>();
  #nextId = 1;
  #bytes = 0;
  #prometheusSeries = 0;
  /** Of the records so far: others name them by their place. */
  readonly #restored: Family[] = [];
  /** A point went into overflow since this was last set to false. */
  isCrowded = false;

  /** Label sets. */
  get size(): number {
    return this.#byId.size;
  }

  /** Series in Prometheus: a histogram is many. */
  get prometheusSeries(): number {
    return this.#prometheusSeries;
  }

  /** Estimated bytes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The series that a point belongs to, or why it has none.
   *
   * @param isOwn - the aggregator's own, which have room when nothing else has.
   */
  find(point: Point, now: number, isOwn = false): Series | Conflict {
    const stream = this.#streamOf(point, now, isOwn);
    if (typeof stream === "string") return stream;
    stream.family.updated = now;
    const known = stream.series.get(point.key);
    if (known && !known.isLeaving) return known;
    const { metric, family, boundsKey } = stream;
    const scope = metric.scope === OWN_SCOPE ? {} : scopeOf(metric);
    const [first] = family.bounds.keys();
    const bounds = first === undefined || first === boundsKey ? {} : { [BOUNDS]: boundsKey || "none" };
    const series = this.#seriesOf(
      family,
      { ...attributesOf(point.key), ...scope, ...bounds },
      point,
      now,
      isOwn,
    );
    if (series) {
      stream.series.set(point.key, series);
      return series;
    }
    this.isCrowded = true;
    return this.#seriesOf(family, { [OVERFLOW]: true, ...scope, ...bounds }, point, now, true) as Series;
  }

  get(id: number): Series | undefined {
    return this.#byId.get(id);
  }

  /** In the order in which they were made. */
  [Symbol.iterator](): IterableIterator<Series> {
    return this.#byId.values();
  }

  /** An instance is gone, and with it what it had added to up-down counters. */
  forgetParts(prefix: string): void {
    for (const series of this.#byId.values()) if (series.hasParts) series.forgetParts(prefix);
  }

  /** All series are to be marked stale and forgotten; points that come from now on begin new ones. */
  end(): void {
    for (const series of this.#byId.values()) series.isLeaving = true;
  }

  remove(ids: ReadonlySet<number>): void {
    for (const id of ids) {
      const series = this.#byId.get(id);
      if (!series) continue;
      const family = series.family as Family;
      const key = keyOf(series.labels);
      this.#byId.delete(id);
      this.#count(series, key, -1);
      if (family.series.get(key) === series) family.series.delete(key);
      if (!family.series.size) this.#families.release(family);
    }
    for (const [key, { metric, family, series }] of this.#streams) {
      for (const [attributes, { id }] of series) if (ids.has(id)) series.delete(attributes);
      if (this.#families.isLive(family)) continue;
      this.#streams.delete(key);
      this.#last.delete(metric.name);
    }
  }

  *save(): Generator<SavedSeriesRecord> {
    // The rows after a snapshot name series by ids that a restart has to give out again.
    yield { nextId: this.#nextId };
    for (const replaced of this.#families.replaced) yield { replaced };
    const families = new Set(this.#families);
    for (const { family } of this.#byId.values()) families.add(family as Family);
    const numbers = new Map(Array.from(families, (family, i) => [family as FamilyInfo, i]));
    for (const family of families) {
      const { type, name, unit, description, bounds } = family;
      yield { family: [type, name, unit, description], isLive: this.#families.isLive(family) };
      for (const [key, values] of bounds) yield { bounds: [key, values ?? null] };
    }
    for (const one of this.#byId.values()) {
      yield { series: one.save(), family: numbers.get(one.family) as number, bounds: boundsKeyOf(one) };
    }
  }

  /** Adds a record of `save`, in the same order. */
  restore(record: SavedSeriesRecord): void {
    if ("nextId" in record) this.#nextId = record.nextId;
    else if ("replaced" in record) this.#families.replaced.set(...record.replaced);
    else if ("series" in record) {
      const family = this.#restored[record.family] as Family;
      const series = Series.restore(family, family.bounds.get(record.bounds), record.series);
      this.#add(family, keyOf(series.labels), series);
      family.updated = Math.max(family.updated, series.changed);
    } else if ("family" in record) {
      const [type, name, unit, description] = record.family;
      const family = newFamily(type, { name, unit, description }, 0);
      if (record.isLive) this.#families.register(family);
      this.#restored.push(family);
    } else {
      const [key, bounds] = record.bounds;
      this.#restored.at(-1)?.bounds.set(key, bounds ?? undefined);
    }
  }

  #streamOf(point: Point, now: number, isOwn: boolean): Stream | Conflict {
    const last = this.#last.get(point.metric.name);
    if (last && isOf(last, point) && this.#families.isLive(last.family)) return last;
    const { metric, bounds } = point;
    const { scope, scopeVersion, name, unit, kind, description } = metric;
    const boundsKey = boundsKeyOf(point);
    const key = JSON.stringify([scope, scopeVersion, name, unit, kind, boundsKey]);
    let stream = this.#streams.get(key);
    if (!stream || !this.#families.isLive(stream.family)) {
      const family = this.#families.find(metric, now, isOwn);
      if (typeof family === "string") return family;
      if (kind === "histogram" && !family.bounds.has(boundsKey)) family.bounds.set(boundsKey, bounds);
      stream = { metric, boundsKey, family, series: new Map() };
      this.#streams.set(key, stream);
    }
    // What came last says what the family is about.
    Object.assign(stream.family, { name, unit, description });
    this.#last.set(name, stream);
    return stream;
  }

  #seriesOf(
    family: Family,
    attributes: Attributes,
    point: Point,
    now: number,
    hasRoom: boolean,
  ): Series | undefined {
    const labels = labelsOf(attributes);
    const key = keyOf(labels);
    let series = family.series.get(key);
    if (series && !series.isLeaving) return series;
    if (!hasRoom && this.#isFull(family)) return undefined;
    const own = family.bounds.get(boundsKeyOf(point));
    series = new Series(this.#nextId, family, labels, own, zeroOf(point.value), now);
    this.#add(family, key, series);
    return series;
  }

  #isFull({ series }: Family): boolean {
    return (
      series.size >= MOST_SETS - 1 ||
      this.size >= MOST_SERIES ||
      this.#prometheusSeries >= MOST_PROMETHEUS_SERIES ||
      this.#bytes >= MOST_BYTES
    );
  }

  #add(family: Family, key: string, series: Series): void {
    family.series.set(key, series);
    this.#byId.set(series.id, series);
    this.#nextId = Math.max(this.#nextId, series.id + 1);
    this.#count(series, key, 1);
  }

  #count(series: Series, key: string, sign: 1 | -1): void {
    this.#prometheusSeries += sign * series.size;
    // Measured: keys, labels and the object itself; the value and the one that was sent.
    this.#bytes += sign * (400 + 4 * key.length + 20 * series.size);
  }
}

function scopeOf({ scope, scopeVersion }: Metric): Attributes {
  return { "otel.scope.name": scope, "otel.scope.version": scopeVersion };
}

/**
 * Whether a point of a metric with this name belongs to the stream, and says of the metric what its last point said.
 */
function isOf({ metric, boundsKey, family }: Stream, point: Point): boolean {
  const { scope, scopeVersion, name, unit, kind, description } = point.metric;
  return (
    metric.scope === scope &&
    metric.scopeVersion === scopeVersion &&
    metric.unit === unit &&
    metric.kind === kind &&
    family.name === name &&
    family.unit === unit &&
    family.description === description &&
    isEqual(family.bounds.get(boundsKey), point.bounds)
  );
}

function isEqual(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === b) return true;
  if (a?.length !== b?.length || !a || !b) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function boundsKeyOf({ value, bounds }: Pick<Point, "value" | "bounds">): string {
  if (typeof value === "number") return "";
  return isBuckets(value) ? (bounds?.join() ?? "") : "exponential";
}
