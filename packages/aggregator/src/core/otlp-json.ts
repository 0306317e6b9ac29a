/** OTLP/JSON to batches. Encoding: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { RawExemplar } from "./exemplars.ts";
import { BadInput, type Batch } from "./model.ts";
import {
  attributeSetOf,
  CUMULATIVE,
  checkBatch,
  DELTA,
  type RawBuckets,
  type RawMetric,
  type RawPoint,
  setAttribute,
} from "./points.ts";

/** AnyValue nests; a body must not be able to exhaust the stack. */
const DEEPEST_VALUE = 10;

type Json = Readonly<Record<string, unknown>>;

/** @throws BadInput if the bytes are no ExportMetricsServiceRequest. */
export function decodeJson(body: Uint8Array): Batch[] {
  return entriesOf(body).map((entry) =>
    checkBatch(resourceOf(entry), list(entry, "scopeMetrics").flatMap(scopeMetrics)),
  );
}

/** The resource of each ResourceMetrics; nothing else is looked at. */
export function jsonResources(body: Uint8Array): Attributes[] {
  return entriesOf(body).map(resourceOf);
}

/** The same request, cut into one for each resource. */
export function splitJson(body: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return entriesOf(body).map((entry) =>
    new TextEncoder().encode(JSON.stringify({ resourceMetrics: [entry] })),
  );
}

function entriesOf(body: Uint8Array): Json[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new BadInput("the body is not JSON");
  }
  return list(object(parsed, "the body"), "resourceMetrics");
}

function resourceOf(entry: Json): Attributes {
  return attributes(object(entry.resource ?? {}, "resource"));
}

function scopeMetrics(entry: Json): RawMetric[] {
  const scope = object(entry.scope ?? {}, "scope");
  return list(entry, "metrics").map((metric) => {
    const kinds = {
      gauge: metric.gauge,
      sum: metric.sum,
      histogram: metric.histogram,
      exponential_histogram: metric.exponentialHistogram,
      summary: metric.summary,
    };
    const [data, body] = (Object.entries(kinds).find(([, value]) => value != null) ?? []) as [
      RawMetric["data"],
      unknown,
    ];
    const content = object(body ?? {}, "data");
    return {
      scope: text(scope, "name"),
      scopeVersion: text(scope, "version"),
      name: text(metric, "name"),
      unit: text(metric, "unit"),
      description: text(metric, "description"),
      data,
      temporality: temporality(content.aggregationTemporality),
      monotonic: content.isMonotonic === true,
      points: list(content, "dataPoints").map(point),
    };
  });
}

function temporality(value: unknown): number {
  if (value === "AGGREGATION_TEMPORALITY_DELTA") return DELTA;
  if (value === "AGGREGATION_TEMPORALITY_CUMULATIVE") return CUMULATIVE;
  return typeof value === "number" ? value : 0;
}

function point(entry: Json): RawPoint {
  const value = entry.asInt ?? entry.asDouble;
  return {
    attributes: attributeSetOf(attributes(entry)),
    start: Number(nanoseconds(entry.startTimeUnixNano ?? 0)),
    time: milliseconds(entry.timeUnixNano),
    flags: typeof entry.flags === "number" ? entry.flags : 0,
    value: value == null ? undefined : double(value, "a value"),
    count: count(entry.count ?? 0),
    sum: entry.sum == null ? undefined : double(entry.sum, "sum"),
    bucketCounts: array(entry.bucketCounts ?? [], "bucketCounts").map(count),
    bounds: array(entry.explicitBounds ?? [], "explicitBounds").map((bound) => double(bound, "a bound")),
    scale: double(entry.scale ?? 0, "scale"),
    zeroCount: count(entry.zeroCount ?? 0),
    positive: buckets(entry.positive ?? {}),
    negative: buckets(entry.negative ?? {}),
    exemplars: array(entry.exemplars ?? [], "exemplars").map((one) => exemplar(object(one, "an exemplar"))),
  };
}

function exemplar(entry: Json): RawExemplar {
  const value = entry.asInt ?? entry.asDouble;
  return {
    attributes: attributes({ attributes: entry.filteredAttributes }),
    traceId: text(entry, "traceId").slice(0, 32),
    spanId: text(entry, "spanId").slice(0, 32),
    value: value == null ? Number.NaN : double(value, "an exemplar's value"),
    time: milliseconds(entry.timeUnixNano),
  };
}

function buckets(value: unknown): RawBuckets {
  const { offset = 0, bucketCounts = [] } = object(value, "buckets");
  return { offset: double(offset, "offset"), bucketCounts: array(bucketCounts, "bucketCounts").map(count) };
}

function attributes(entry: Json): Attributes {
  const result: Attributes = {};
  for (const pair of list(entry, "attributes")) {
    const key = text(pair, "key");
    const value = attributeValue(pair.value);
    if (key && value !== undefined) setAttribute(result, key, value);
  }
  return result;
}

function attributeValue(any: unknown): AttributeValue | undefined {
  const value = plain(any ?? {}, 0);
  return typeof value === "object" ? JSON.stringify(value) : (value as AttributeValue | undefined);
}

/** An AnyValue as JSON would have it, the same as the protobuf encoding gives. */
function plain(any: unknown, depth: number): unknown {
  if (depth > DEEPEST_VALUE) throw new BadInput("an attribute's value is nested too deeply");
  const value = object(any, "an attribute's value");
  if (typeof value.stringValue === "string") return value.stringValue;
  if (typeof value.boolValue === "boolean") return value.boolValue;
  if (typeof value.bytesValue === "string") return value.bytesValue;
  const number = value.intValue ?? value.doubleValue;
  if (number != null) return double(number, "an attribute's value");
  if (value.arrayValue != null) {
    return list(object(value.arrayValue, "arrayValue"), "values").map((item) => plain(item, depth + 1));
  }
  if (value.kvlistValue == null) return undefined;
  const pairs = list(object(value.kvlistValue, "kvlistValue"), "values");
  return Object.fromEntries(pairs.map((pair) => [text(pair, "key"), plain(pair.value ?? {}, depth + 1)]));
}

/** Numbers may be strings: 64 bits do not fit into JSON's. */
function double(value: unknown, what: string): number {
  const number = typeof value === "string" && value.trim() ? Number(value) : value;
  if (typeof number !== "number" || (Number.isNaN(number) && value !== "NaN")) {
    throw new BadInput(`${what} is no number`);
  }
  return number;
}

function count(value: unknown): number {
  const number = double(value, "a count");
  if (!Number.isSafeInteger(number) || number < 0) throw new BadInput("a count is no whole number");
  return number;
}

function milliseconds(value: unknown): number {
  return Number(nanoseconds(value ?? 0).slice(0, -6));
}

/** As digits. */
function nanoseconds(value: unknown): string {
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return value;
  if (typeof value === "number" && value >= 0 && value < 2 ** 64) return `${BigInt(Math.floor(value))}`;
  throw new BadInput("timeUnixNano is no number of nanoseconds");
}

function text(entry: Json, key: string): string {
  const value = entry[key] ?? "";
  if (typeof value !== "string") throw new BadInput(`${key} is no string`);
  return value;
}

function list(entry: Json, key: string): Json[] {
  return array(entry[key] ?? [], key).map((item) => object(item, `an entry of ${key}`));
}

function array(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new BadInput(`${what} is no array`);
  return value;
}

function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || !value || Array.isArray(value)) throw new BadInput(`${what} is no object`);
  return value as Json;
}
