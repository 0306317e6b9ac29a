/**
 * OTLP's data model checked point by point, for both encodings: what is refused, what is left out, what is a
 * `Point`. Rules: https://opentelemetry.io/docs/specs/otel/metrics/data-model/
 */
import type { Attributes } from "@opentelemetry/api";
import { BadInput, type Batch, type Kind, keyOf, type Metric, type Point } from "./model.ts";

/** OTLP's AggregationTemporality. */
export const DELTA = 1;
export const CUMULATIVE = 2;
/** DataPointFlags: the series has ended. */
const NO_RECORDED_VALUE = 1;

export interface RawMetric {
  scope: string;
  scopeVersion: string;
  name: string;
  unit: string;
  description: string;
  data: "gauge" | "sum" | "histogram" | "exponential_histogram" | "summary" | undefined;
  temporality: number;
  monotonic: boolean;
  points: RawPoint[];
}

export interface RawPoint {
  attributes: Attributes;
  timeUnixNano: bigint;
  flags: number;
  value: number | undefined;
  count: number;
  sum: number | undefined;
  bucketCounts: number[];
  bounds: number[];
}

/** @throws BadInput for totals where deltas are wanted, and for what is no valid OTLP. */
export function checkBatch(resource: Attributes, metrics: readonly RawMetric[]): Batch {
  const points: Point[] = [];
  const rejected = new Map<string, number>();
  for (const raw of metrics) {
    if (!raw.points.length) continue;
    if (!raw.name) throw new BadInput("a metric has no name");
    const kind = kindOf(raw);
    if (!kind) {
      const reason = raw.data ?? "no_data";
      rejected.set(reason, (rejected.get(reason) ?? 0) + raw.points.length);
      continue;
    }
    checkTemporality(raw, kind);
    const { scope, scopeVersion, name, unit, description } = raw;
    const metric: Metric = { scope, scopeVersion, name, unit, description, kind };
    for (const rawPoint of raw.points) {
      if (rawPoint.flags & NO_RECORDED_VALUE) continue;
      const point = pointOf(raw, metric, rawPoint);
      if (point) points.push(point);
      else rejected.set("not_a_number", (rejected.get("not_a_number") ?? 0) + 1);
    }
  }
  return { resource, points, rejected };
}

function kindOf({ data, monotonic }: RawMetric): Kind | undefined {
  if (data === "sum") return monotonic ? "counter" : "updown";
  return data === "gauge" || data === "histogram" ? data : undefined;
}

function checkTemporality({ name, temporality }: RawMetric, kind: Kind): void {
  if (kind === "gauge") return;
  if (temporality !== DELTA && temporality !== CUMULATIVE) {
    throw new BadInput(`metric ${quoted(name)}: aggregation temporality ${temporality} is unspecified`);
  }
  // SDKs that prefer deltas still send up-down counters as totals: specification, "Delta" preference.
  if (temporality === CUMULATIVE && kind !== "updown") {
    throw new BadInput(
      `metric ${quoted(name)} has cumulative temporality, an aggregator adds up deltas: ` +
        "set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta, or AggregationTemporality.DELTA",
    );
  }
}

function pointOf(raw: RawMetric, metric: Metric, point: RawPoint): Point | undefined {
  const time = Number(point.timeUnixNano / 1_000_000n);
  if (!time) throw new BadInput(`metric ${quoted(metric.name)}: a point has no time`);
  const common = { metric, key: keyOf(point.attributes), time };
  if (metric.kind === "histogram") {
    const { count, sum, bucketCounts: counts, bounds: boundaries } = checkHistogram(metric.name, point);
    if (sum !== undefined && !Number.isFinite(sum)) return undefined;
    const buckets = { boundaries, counts };
    return { ...common, cumulative: false, value: { count, buckets, ...(sum !== undefined && { sum }) } };
  }
  const { value } = point;
  // JSON has no NaN: senders leave the value out. Infinity would be the end of any total.
  if (value === undefined || !Number.isFinite(value)) return undefined;
  if (metric.kind === "counter" && value < 0) {
    throw new BadInput(`metric ${quoted(metric.name)}: a monotonic sum has the negative delta ${value}`);
  }
  return { ...common, cumulative: raw.temporality === CUMULATIVE, value };
}

function checkHistogram(name: string, point: RawPoint): RawPoint {
  const { count, bucketCounts, bounds } = point;
  const wrong = (what: string): never => {
    throw new BadInput(`histogram ${quoted(name)}: ${what}`);
  };
  if (!bucketCounts.length && !bounds.length) return { ...point, bucketCounts: [count] };
  if (bucketCounts.length !== bounds.length + 1) {
    wrong(`${bucketCounts.length} bucket counts for ${bounds.length} bounds`);
  }
  if (bounds.some((bound, i) => !Number.isFinite(bound) || bound <= (bounds[i - 1] ?? -Infinity))) {
    wrong("bounds do not increase");
  }
  if (bucketCounts.reduce((total, n) => total + n, 0) !== count)
    wrong("bucket counts do not add up to count");
  return point;
}

/** A name as it may stand in a message. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100).toWellFormed());
}
