/** Everything that one shard knows: the totals, and which batches are in them. Pure except for the times it is told. */
import type { Attributes } from "@opentelemetry/api";
import { Digests, type SavedDigests } from "./digests.ts";
import { Exemplars } from "./exemplars.ts";
import { BadInput, type Batch, type Metric, type Point } from "./model.ts";
import { type OwnPoint, ownPoint } from "./own-metrics.ts";
import { type SavedSender, Senders } from "./senders.ts";
import type { Series } from "./series.ts";
import { boundsKeyOf, type SavedSeriesRecord, SeriesTable } from "./series-table.ts";
import { withBounds } from "./values.ts";

/** How a batch is recognised: by its sender's own number, or, of a sender without one, by its content. */
export type BatchId = { readonly instance: string; readonly seq: number } | { readonly digest: string };

export interface Target {
  readonly resource: Attributes;
  /** Becomes the label `instance`. */
  readonly shard: string;
}

/** What a heartbeat changes even if nothing was merged. */
export interface ShardState {
  readonly heartbeat: number;
  readonly asleep: boolean;
  readonly ended: boolean;
}

export type SavedRecord =
  | { readonly shard: ShardState & { target: Target | undefined; received: number; horizon: number | null } }
  | { readonly sender: SavedSender }
  | { readonly digests: SavedDigests }
  | SavedSeriesRecord;

const LONGEST_ID = 256;

export class Shard {
  readonly series = new SeriesTable();
  readonly exemplars = new Exemplars();
  readonly #senders = new Senders();
  readonly #digests = new Digests();
  /** Known from the first batch on. */
  target: Target | undefined;
  /** The last heartbeat that was begun, milliseconds since the epoch. */
  heartbeat = 0;
  /** When the last batch came, milliseconds since the epoch. */
  received = 0;
  /** The series have ended in Prometheus, until the next batch comes. */
  asleep = true;
  /** Marked stale, not pushed since. */
  ended = false;
  /** Hears of changes of the aggregator's own metrics that do not follow from a batch. */
  onCount: ((point: OwnPoint) => void) | undefined;
  readonly #native: boolean;

  /** @param native - keep exponential histograms, for a receiver of native ones. Default: give them bounds. */
  constructor(native = false) {
    this.#native = native;
  }

  get instances(): number {
    return this.#senders.size;
  }

  get state(): ShardState {
    const { heartbeat, asleep, ended } = this;
    return { heartbeat, asleep, ended };
  }

  set state({ heartbeat, asleep, ended }: ShardState) {
    Object.assign(this, { heartbeat, asleep, ended });
  }

  /**
   * Adds a batch unless it is in the totals already. Never fails half-way.
   *
   * @throws BadInput if the id is too long to be remembered.
   */
  merge(id: BatchId, batch: Batch, now: number): "stored" | "duplicate" {
    const sender = senderOf(id, batch.resource["service.instance.id"]);
    if (this.isKnown(id)) {
      this.count("pushmeter.aggregator.batches", { result: "duplicate" }, 1, now, "counter");
      return "duplicate";
    }
    this.received = now;
    this.asleep = false;
    this.#see(sender, now);
    if ("digest" in id) this.#forgot("digests", this.#digests.add(id.digest, now), now);
    else this.#senders.add(sender, id.seq);
    const counts = new Map<string, number>();
    for (const point of batch.points) {
      const what = this.#add(sender, point, now);
      if (what) counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    for (const [reason, points] of batch.rejected) counts.set(reason, (counts.get(reason) ?? 0) + points);
    for (const [what, points] of counts) {
      if (what === "overflow" || what === "baselines") {
        this.#own(`pushmeter.aggregator.${what}`, {}, points, now, "counter");
      } else this.#own("pushmeter.aggregator.rejected", { reason: what }, points, now, "counter");
    }
    this.#own("pushmeter.aggregator.batches", { result: "merged" }, 1, now, "counter");
    return "stored";
  }

  /** Records one of the aggregator's own metrics, which are pushed with the others. */
  count(...point: OwnPoint): void {
    this.onCount?.(point);
    this.#own(...point);
  }

  /** Makes changes again that `onCount` heard of. */
  replay(counted: readonly OwnPoint[]): void {
    for (const point of counted) this.#own(...point);
  }

  /** The batch is in the totals already. */
  isKnown(id: BatchId): boolean {
    return "digest" in id
      ? this.#digests.has(id.digest)
      : this.#senders.isKnown(numbered(id.instance), id.seq);
  }

  /** See `ShardHost.knows`. */
  knows(id: BatchId, instance: string): boolean {
    return (
      this.isKnown(id) || (("instance" in id || instance !== "") && this.#senders.has(senderOf(id, instance)))
    );
  }

  /** The values of these series are about to be pushed. */
  markSent([from, to]: readonly [from: number, to: number], except: ReadonlySet<number>): void {
    for (const series of this.series) {
      if (series.id >= from && series.id <= to && !except.has(series.id)) series.sent = series.value;
    }
  }

  /** The zeros of these series have been pushed. */
  markZeros(ids: readonly number[]): void {
    for (const id of ids) {
      const series = this.series.get(id);
      if (series) series.sent ??= series.zero;
    }
  }

  *records(): Generator<SavedRecord> {
    const { target, received, state } = this;
    yield { shard: { ...state, target, received, horizon: this.#senders.horizon ?? null } };
    for (const sender of this.#senders.save()) yield { sender };
    for (const digests of this.#digests.save()) yield { digests };
    yield* this.series.save();
  }

  /** Adds a record of `records`, in the same order. */
  restore(record: SavedRecord): void {
    if ("shard" in record) {
      const { target, received, horizon } = record.shard;
      this.state = record.shard;
      Object.assign(this, { target, received });
      this.#senders.horizon = horizon ?? undefined;
    } else if ("sender" in record) this.#senders.restore(record.sender);
    else if ("digests" in record) this.#digests.restore(record.digests);
    else this.series.restore(record);
  }

  #see(sender: string, now: number): void {
    const { gone, evicted } = this.#senders.see(sender, now);
    for (const id of gone) this.series.forgetParts(`${id}\n`);
    this.#forgot("senders", evicted, now);
  }

  /** Returns what to count the point as, if it did not simply go into a series. */
  #add(sender: string, raw: Point, now: number): string | undefined {
    const point = this.#native ? raw : withBounds(raw);
    const series = this.series.find(point, now);
    if (typeof series === "string") return series;
    const what = series.labels.otel_metric_overflow ? "overflow" : undefined;
    const { metric, key, cumulative, exemplar } = raw;
    if (exemplar && !what) this.exemplars.add(series.id, exemplar);
    if (metric.kind === "gauge") series.set(point, now);
    else if (metric.kind === "updown") series.setPart(`${sender}\n${streamOf(metric, "", key)}`, point, now);
    else if (!cumulative) series.add(point.value, now);
    else {
      const before = this.#senders.evictedBaselines;
      const growth = this.#senders.growth(sender, streamOf(metric, boundsKeyOf(raw), key), raw);
      this.#forgot("baselines", this.#senders.evictedBaselines - before, now);
      if (growth === undefined) return "baselines";
      series.add(this.#native ? growth : withBounds({ ...raw, value: growth }).value, now);
    }
    return what;
  }

  #forgot(what: string, count: number, now: number): void {
    if (count) this.#own("pushmeter.aggregator.forgotten", { what }, count, now, "counter");
  }

  #own(...own: OwnPoint): void {
    const [, , value, now, kind] = own;
    const point = ownPoint(own);
    const series = this.series.find(point, now, true) as Series;
    if (kind === "gauge") series.set(point, now);
    else series.add(value, now);
  }
}

function streamOf({ scope, scopeVersion, name, unit }: Metric, bounds: string, key: string): string {
  return JSON.stringify([scope, scopeVersion, name, unit, bounds, key]);
}

/** Senders with and without numbers are different ones, also if they have the same id. */
function numbered(instance: string): string {
  return `#${instance}`;
}

/**
 * What a sender is known by.
 *
 * @throws BadInput if that is too long to be remembered.
 */
export function senderOf(id: BatchId, instance: unknown): string {
  const name = "digest" in id ? `~${instance ?? ""}` : numbered(id.instance);
  if (name.length > LONGEST_ID) throw new BadInput(`an instance id is longer than ${LONGEST_ID} characters`);
  return name;
}
