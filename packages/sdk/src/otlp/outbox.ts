/**
 * What one instance has recorded and the receiver has not acknowledged. A delta counts once only if it arrives
 * once: a batch keeps its number and its bytes from the first attempt to the acknowledgement, and what is
 * recorded meanwhile is added up and waits behind it.
 */
import type { MetricData, ResourceMetrics, ScopeMetrics } from "@opentelemetry/sdk-metrics";
import { hrTime } from "../hr-time.ts";
import { mapPoints } from "./difference.ts";
import { Waiting } from "./waiting.ts";

/** Points in one batch, so that no receiver finds it too large. A histogram's point is about 400 bytes. */
const LARGEST_BATCH = 1000;

/** Deltas under way. `instance` and `seq` together name it: a receiver that has stored it may ignore it. */
export interface Batch {
  /** Id of the sender that numbers the batches. Not `service.instance.id`, which may outlive a restart. */
  readonly instance: string;
  /** 1, 2, 3 and so on, without gaps. */
  readonly seq: number;
  /** One resource's metrics, at most 1,000 points, all with delta temporality. */
  readonly metrics: ResourceMetrics;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly points: number;
}

export class Outbox {
  readonly #instance: string;
  readonly #encode: (metrics: ResourceMetrics) => Uint8Array<ArrayBuffer>;
  /** In the order of their numbers; the first may be under way. */
  readonly #batches: Batch[] = [];
  /** By scope. */
  #waiting = new Map<string, Waiting>();
  #seq = 0;
  /** Until when the last batches go, ms since the epoch. */
  #end = 0;

  constructor(instance: string, encode: (metrics: ResourceMetrics) => Uint8Array<ArrayBuffer>) {
    this.#instance = instance;
    this.#encode = encode;
  }

  /** Adds one collection to what waits. Memory is bounded by the cardinality limit of `Waiting`. */
  add({ scopeMetrics }: ResourceMetrics): void {
    for (const one of scopeMetrics) {
      if (!one.metrics.some(({ dataPoints }) => dataPoints.length)) continue;
      const key = `${one.scope.name} ${one.scope.version}`;
      const waiting = this.#waiting.get(key) ?? new Waiting(one.scope);
      this.#waiting.set(key, waiting);
      waiting.add(one.metrics);
    }
  }

  /** The batch to send now, the same until it is removed; undefined when everything is acknowledged. */
  next(resource: ResourceMetrics["resource"], now: number): Batch | undefined {
    if (!this.#batches.length && this.#waiting.size) {
      const waiting = [...this.#waiting.values()];
      const start = this.#end;
      this.#end = Math.max(Math.floor(now), start + 1);
      const end = this.#end;
      // A delta begins where the last one ended: a gap or an overlap of a millisecond makes its receiver begin anew.
      const sums = { resource, scopeMetrics: waiting.map((one) => one.sums(end)) };
      const startTime = hrTime(start);
      const { scopeMetrics } = start ? mapPoints(sums, (point) => ({ ...point, startTime })) : sums;
      this.#waiting.clear();
      for (const [part, points] of parts(scopeMetrics)) {
        const metrics = { resource, scopeMetrics: part };
        const body = this.#encode(metrics);
        this.#batches.push({ instance: this.#instance, seq: ++this.#seq, metrics, body, points });
      }
    }
    return this.#batches[0];
  }

  /** The batch is stored, or never will be. Nothing happens if somebody else has removed it. */
  remove(batch: Batch): void {
    if (this.#batches[0] === batch) this.#batches.shift();
  }
}

/** Cuts into parts of at most `LARGEST_BATCH` points. */
function* parts(scopeMetrics: readonly ScopeMetrics[]): Generator<[ScopeMetrics[], number]> {
  let part: ScopeMetrics[] = [];
  let points = 0;
  for (const { scope, metrics } of scopeMetrics) {
    for (const data of metrics) {
      for (let from = 0; from < data.dataPoints.length; ) {
        const dataPoints = data.dataPoints.slice(from, from + LARGEST_BATCH - points);
        const piece = { ...data, dataPoints } as MetricData;
        const last = part.at(-1);
        if (last?.scope === scope) last.metrics.push(piece);
        else part.push({ scope, metrics: [piece] });
        from += dataPoints.length;
        points += dataPoints.length;
        if (points < LARGEST_BATCH) continue;
        yield [part, points];
        part = [];
        points = 0;
      }
    }
  }
  if (points) yield [part, points];
}
