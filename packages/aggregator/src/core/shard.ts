/** Everything that one object knows: the totals, and which batches are in them. Pure but for the times it is told. */
import type { Attributes } from "@opentelemetry/api";
import { type Batch, type Kind, keyOf, type Point } from "./model.ts";
import { Recent } from "./recent.ts";
import { type SavedSeriesRecord, SeriesTable } from "./series-table.ts";

/** How long an instance is remembered that sends nothing, ms, and how many are at most. */
const LONGEST_SILENCE = 6 * 3_600_000;
const MOST_INSTANCES = 20_000;
/** A sender that numbers nothing repeats a batch within its own deadline, some seconds. */
const LONGEST_REPEAT = 600_000;
const MOST_DIGESTS = 5_000;

/** How a batch is recognised: by its sender's own number, or, of a sender without one, by its content. */
export type BatchId = { readonly instance: string; readonly seq: number } | { readonly digest: string };

export interface Target {
  readonly resource: Attributes;
  /** The label `instance`. */
  readonly shard: string;
}

/** What a heartbeat changes even if nothing was merged. */
export interface SavedHead {
  readonly target: Target | undefined;
  readonly heartbeat: number;
  readonly received: number;
  readonly asleep: boolean;
  readonly ended: boolean;
}

export type SavedRecord =
  | { readonly instance: readonly [id: string, seq: number, seen: number] }
  | { readonly digest: readonly [digest: string, known: true, seen: number] }
  | SavedSeriesRecord;

const OWN = { scope: "@pushmeter/sdk", scopeVersion: "", unit: "" };
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "pushmeter.aggregator.batches": "Batches that were merged, and repeated ones that were not.",
  "pushmeter.aggregator.rejected": "Points that could not be added up, by reason.",
  "pushmeter.aggregator.instances": "Instances that sent something within six hours.",
  "pushmeter.aggregator.pushes": "Pushes of the totals, by result.",
};

export class Shard {
  readonly series = new SeriesTable();
  readonly #instances = new Recent<number>(LONGEST_SILENCE, MOST_INSTANCES);
  readonly #digests = new Recent<true>(LONGEST_REPEAT, MOST_DIGESTS);
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
  /** What the gauge of instances shows. */
  #shown = 0;
  /** More than the head has changed since the journal saved the shard. */
  dirty = false;

  get instances(): number {
    return this.#instances.size;
  }

  /** Adds a batch unless it is in the totals already. Never fails half-way. */
  merge(id: BatchId, batch: Batch, now: number): "stored" | "duplicate" {
    this.dirty = true;
    if (this.isKnown(id)) {
      this.count("pushmeter.aggregator.batches", { result: "duplicate" }, 1, now);
      return "duplicate";
    }
    this.received = now;
    this.asleep = false;
    const instance = "digest" in id ? String(batch.resource["service.instance.id"] ?? "") : id.instance;
    if ("digest" in id) this.#digests.set(id.digest, true, now);
    const gone = this.#instances.set(instance, "digest" in id ? 0 : id.seq, now);
    for (const silent of gone) this.series.forget(silent);
    const withoutRoom = this.series.add(instance, batch);
    for (const [reason, points] of [...batch.rejected, ["too_many_metrics", withoutRoom] as const]) {
      if (points) this.count("pushmeter.aggregator.rejected", { reason }, points, now);
    }
    this.count("pushmeter.aggregator.batches", { result: "merged" }, 1, now);
    if (this.instances !== this.#shown) {
      this.#shown = this.instances;
      this.count("pushmeter.aggregator.instances", {}, this.instances, now, "gauge");
    }
    return "stored";
  }

  /** Records one of the aggregator's own metrics, which go out with the others. */
  count(name: string, attributes: Attributes, value: number, now: number, kind: Kind = "counter"): void {
    const metric = { ...OWN, name, description: DESCRIPTIONS[name] ?? "", kind };
    const point: Point = { metric, key: keyOf(attributes), time: now, value, cumulative: false };
    this.series.add("", { resource: {}, rejected: new Map(), points: [point] }, true);
    this.dirty = true;
  }

  /** The batch is in the totals already. */
  isKnown(id: BatchId): boolean {
    if ("digest" in id) return this.#digests.get(id.digest) !== undefined;
    return id.seq <= (this.#instances.get(id.instance) ?? 0);
  }

  saveHead(): SavedHead {
    const { target, heartbeat, received, asleep, ended } = this;
    return { target, heartbeat, received, asleep, ended };
  }

  *records(): Generator<SavedRecord> {
    for (const instance of this.#instances.save()) yield { instance };
    for (const digest of this.#digests.save()) yield { digest };
    yield* this.series.save();
  }

  restore({ target, heartbeat, received, asleep, ended }: SavedHead, records: Iterable<SavedRecord>): void {
    Object.assign(this, { target, heartbeat, received, asleep, ended });
    for (const record of records) {
      if ("instance" in record) this.#instances.restore(record.instance);
      else if ("digest" in record) this.#digests.restore(record.digest);
      else this.series.restore(record);
    }
  }
}
