/**
 * OTLP metrics, totals and deltas, in both encodings: series with the names and labels that Prometheus's own OTLP endpoint
 * gives them. Deltas add up here, as an aggregator does it.
 */
import {
  attributesOf,
  BadInput,
  type Batch,
  decode,
  jobOf,
  type OtlpEncoding,
  type Point,
} from "@pushmeter/aggregator/core";
import { inflate, Refusal } from "@pushmeter/sdk/adapter";
import { keyOf, labelsOf, metricName, toClassic } from "@pushmeter/sdk/prometheus";
import type { Fragment, Labels } from "../storage/database.ts";
import { BODY_LIMIT } from "./body.ts";
import { classicFragments } from "./histogram.ts";
import type { Answer, Incoming, Push } from "./wire.ts";

/** Totals of deltas that are kept; the one that grew last is the last. */
const MOST_TOTALS = 20_000;
/** Batches that were stored, by their keys. */
const MOST_BATCHES = 5000;
/** The scope of pushmeter's own instruments, whose series have no labels for it. */
const OWN_SCOPE = "@pushmeter/sdk";

export class Otlp {
  readonly #totals = new Map<string, readonly number[]>();
  readonly #batches = new Set<string>();

  /** @throws Refusal for what is no OTLP. */
  async read({ method, headers, body }: Incoming): Promise<Push> {
    if (method !== "POST") throw new Refusal(405, `OTLP is POST, got ${method}`);
    const encoding = encodingOf(headers.get("content-type") ?? "none");
    const compression = headers.get("content-encoding")?.toLowerCase() || "identity";
    if (!["identity", "gzip", "deflate"].includes(compression)) {
      throw new Refusal(
        415,
        `content encoding ${compression.slice(0, 20)} cannot be read here: use gzip or none`,
      );
    }
    const plain = compression === "identity" ? body : await inflate(body, BODY_LIMIT, compression);
    let batches: Batch[];
    try {
      batches = decode(encoding, plain);
    } catch (error) {
      throw error instanceof BadInput ? new Refusal(400, error.message) : error;
    }
    // Of deltas, so that a batch whose answer was lost does not count twice.
    const id = headers.get("idempotency-key")?.slice(0, 200);
    if (id && this.#batches.has(id))
      return { wire: "OTLP", fragments: [], store: () => accepted(encoding, []) };
    const totals = new Map<string, readonly number[]>();
    const fragments = batches.flatMap((batch) => this.#fragments(batch, totals));
    const store: Push["store"] = (append) => {
      append(fragments);
      for (const [key, total] of totals) {
        this.#totals.delete(key);
        this.#totals.set(key, total);
      }
      shorten(this.#totals, MOST_TOTALS);
      if (id) shorten(this.#batches.add(id), MOST_BATCHES);
      return accepted(encoding, batches);
    };
    return { wire: "OTLP", fragments, store };
  }

  #fragments({ resource, points }: Batch, totals: Map<string, readonly number[]>): Fragment[] {
    const { "service.name": _, "service.namespace": __, "service.instance.id": instance, ...rest } = resource;
    const target = { job: jobOf(resource), ...(instance !== undefined && { instance: `${instance}` }) };
    const fragments = points.flatMap((point) => this.#fragmentsOf(point, target, totals));
    const info = labelsOf(rest);
    const newest = Math.max(...points.map(({ time }) => time));
    if (fragments.length && Object.keys(info).length) {
      const samples = [{ value: 1, timestamp: newest }];
      fragments.push({ name: "target_info", labels: { ...info, ...target }, samples, type: "gauge" });
    }
    return fragments;
  }

  #fragmentsOf(point: Point, target: Labels, totals: Map<string, readonly number[]>): Fragment[] {
    const { metric, key, time: timestamp, value, bounds, cumulative, start } = point;
    const type = metric.kind === "updown" ? "gauge" : metric.kind;
    const name = metricName(metric.name, metric.unit, type);
    const scope =
      metric.scope === OWN_SCOPE
        ? {}
        : { "otel.scope.name": metric.scope, "otel.scope.version": metric.scopeVersion };
    const labels = { ...labelsOf({ ...attributesOf(key), ...scope }), ...target };
    const common = { timestamp, ...(start && { start: Math.floor(start / 1e6) }) };
    const isDelta = !cumulative && metric.kind !== "gauge";
    const summed = (numbers: readonly number[], what: string): readonly number[] => {
      if (!isDelta) return numbers;
      const id = keyOf({ ...labels, __name__: name, __bounds__: what });
      const before = totals.get(id) ?? this.#totals.get(id);
      const total = before ? numbers.map((number, i) => number + (before[i] ?? 0)) : numbers;
      totals.set(id, total);
      return total;
    };
    if (typeof value === "number") {
      const [total = 0] = summed([value], "");
      return [{ name, labels, samples: [{ ...common, value: total }], type }];
    }
    const isClassic = "length" in value;
    const classic = isClassic ? undefined : toClassic(value).buckets;
    const boundaries = classic?.boundaries ?? bounds ?? [];
    const numbers = isClassic ? value : [value.sum ?? Number.NaN, ...(classic?.counts ?? [])];
    const [sum = Number.NaN, ...counts] = summed(numbers, boundaries.join());
    return classicFragments(name, labels, boundaries, counts, sum, common);
  }
}

function encodingOf(contentType: string): OtlpEncoding {
  if (contentType.startsWith("application/json")) return "json";
  if (contentType.startsWith("application/x-protobuf")) return "protobuf";
  throw new Refusal(
    415,
    `${contentType.slice(0, 100)} is not accepted, only application/json and application/x-protobuf`,
  );
}

/** An ExportMetricsServiceResponse. It names the points that are left out where the encoding is text. */
function accepted(encoding: OtlpEncoding, batches: readonly Batch[]): Answer {
  if (encoding === "protobuf") {
    return { status: 200, headers: { "content-type": "application/x-protobuf" }, body: new Uint8Array() };
  }
  const rejected = batches.flatMap((batch) => [...batch.rejected]);
  const rejectedDataPoints = `${rejected.reduce((sum, [, count]) => sum + count, 0)}`;
  const errorMessage = rejected.map(([reason, count]) => `${reason}: ${count}`).join(", ");
  const body = JSON.stringify(
    rejected.length ? { partialSuccess: { rejectedDataPoints, errorMessage } } : {},
  );
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

/** Removes the oldest. */
function shorten(
  kept: { readonly size: number; keys(): Iterator<string>; delete(key: string): boolean },
  most: number,
) {
  while (kept.size > most) kept.delete(kept.keys().next().value as string);
}
