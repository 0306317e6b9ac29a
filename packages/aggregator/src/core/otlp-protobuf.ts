/**
 * OTLP's protobuf encoding to batches. Field numbers: opentelemetry-proto,
 * `opentelemetry/proto/metrics/v1/metrics.proto` and its neighbours.
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { BadInput, type Batch } from "./model.ts";
import { checkBatch, emptyPoint, type RawBuckets, type RawMetric, type RawPoint } from "./points.ts";

/** AnyValue nests; a body must not be able to exhaust the stack. */
const DEEPEST_VALUE = 10;

/** @throws BadInput if the bytes are no ExportMetricsServiceRequest. */
export function decodeProtobuf(body: Uint8Array): Batch[] {
  try {
    return messages(body, 1).map(resourceMetrics);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`the body is not OTLP: ${error instanceof Error ? error.message : error}`);
  }
}

/** The same request, cut into one for each resource. */
export function splitProtobuf(body: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return messages(body, 1).map((entry) =>
    new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(entry).finish(),
  );
}

/** Calls `field` for each; it reads the value or returns false, which skips it. */
function read(bytes: Uint8Array, field: (no: number, type: WireType, reader: BinaryReader) => unknown): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [no, type] = reader.tag();
    if (field(no, type, reader) === false) reader.skip(type, no);
  }
}

/** The bytes of a field that is a message or a string; another wire type is another message altogether. */
function bytes(type: WireType, reader: BinaryReader): Uint8Array {
  expect(type, WireType.LengthDelimited);
  return reader.bytes();
}

function expect(type: WireType, wanted: WireType): void {
  if (type !== wanted) throw new BadInput(`the body is not OTLP: wire type ${type} instead of ${wanted}`);
}

function messages(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  read(message, (no, type, reader) => no === wanted && found.push(bytes(type, reader)));
  return found;
}

function resourceMetrics(message: Uint8Array): Batch {
  const resource: Attributes = {};
  const metrics: RawMetric[] = [];
  read(message, (no, type, reader) => {
    if (no === 1) for (const pair of messages(bytes(type, reader), 1)) attribute(resource, pair);
    else if (no === 2) scopeMetrics(bytes(type, reader), metrics);
    else return false;
  });
  return checkBatch(resource, metrics);
}

function scopeMetrics(message: Uint8Array, metrics: RawMetric[]): void {
  let scope = "";
  let scopeVersion = "";
  const own: RawMetric[] = [];
  read(message, (no, type, reader) => {
    if (no === 1) {
      read(bytes(type, reader), (no, type, reader) => {
        if (no === 1) scope = text(type, reader);
        else if (no === 2) scopeVersion = text(type, reader);
        else return false;
      });
    } else if (no === 2) own.push(metric(bytes(type, reader)));
    else return false;
  });
  for (const metric of own) metrics.push(Object.assign(metric, { scope, scopeVersion }));
}

const DATA: Readonly<Record<number, RawMetric["data"]>> = {
  5: "gauge",
  7: "sum",
  9: "histogram",
  10: "exponential_histogram",
  11: "summary",
};

function metric(message: Uint8Array): RawMetric {
  const metric: RawMetric = {
    scope: "",
    scopeVersion: "",
    name: "",
    unit: "",
    description: "",
    data: undefined,
    temporality: 0,
    monotonic: false,
    points: [],
  };
  read(message, (no, type, reader) => {
    if (no === 1) metric.name = text(type, reader);
    else if (no === 2) metric.description = text(type, reader);
    else if (no === 3) metric.unit = text(type, reader);
    else if (DATA[no]) data(metric, DATA[no], bytes(type, reader));
    else return false;
  });
  return metric;
}

function data(metric: RawMetric, kind: RawMetric["data"], message: Uint8Array): void {
  metric.data = kind;
  const decode = (kind && DECODERS[kind]) ?? emptyPoint;
  read(message, (no, type, reader) => {
    if (no === 1) metric.points.push(decode(bytes(type, reader)));
    else if (no === 2 && type === WireType.Varint) metric.temporality = reader.int32();
    else if (no === 3 && type === WireType.Varint) metric.monotonic = reader.bool();
    else return false;
  });
}

function numberPoint(message: Uint8Array): RawPoint {
  const result = emptyPoint();
  read(message, (no, type, reader) => {
    if (no === 2) result.startTimeUnixNano = fixed64(type, reader);
    else if (no === 3) result.timeUnixNano = fixed64(type, reader);
    else if (no === 4) result.value = double(type, reader);
    else if (no === 6) {
      expect(type, WireType.Bit64);
      result.value = Number(reader.sfixed64());
    } else if (no === 7) attribute(result.attributes, bytes(type, reader));
    else if (no === 8 && type === WireType.Varint) result.flags = reader.uint32();
    else return false;
  });
  return result;
}

function histogramPoint(message: Uint8Array): RawPoint {
  const result = emptyPoint();
  read(message, (no, type, reader) => {
    if (no === 2) result.startTimeUnixNano = fixed64(type, reader);
    else if (no === 3) result.timeUnixNano = fixed64(type, reader);
    else if (no === 4) result.count = count(type, reader);
    else if (no === 5) result.sum = double(type, reader);
    else if (no === 6)
      repeated(type, reader, (type, reader) => result.bucketCounts.push(count(type, reader)));
    else if (no === 7) repeated(type, reader, (type, reader) => result.bounds.push(double(type, reader)));
    else if (no === 9) attribute(result.attributes, bytes(type, reader));
    else if (no === 10 && type === WireType.Varint) result.flags = reader.uint32();
    else return false;
  });
  return result;
}

function exponentialPoint(message: Uint8Array): RawPoint {
  const result = emptyPoint();
  read(message, (no, type, reader) => {
    if (no === 1) attribute(result.attributes, bytes(type, reader));
    else if (no === 2) result.startTimeUnixNano = fixed64(type, reader);
    else if (no === 3) result.timeUnixNano = fixed64(type, reader);
    else if (no === 4) result.count = count(type, reader);
    else if (no === 5) result.sum = double(type, reader);
    else if (no === 6 && type === WireType.Varint) result.scale = reader.sint32();
    else if (no === 7) result.zeroCount = count(type, reader);
    else if (no === 8) result.positive = buckets(bytes(type, reader));
    else if (no === 9) result.negative = buckets(bytes(type, reader));
    else if (no === 10 && type === WireType.Varint) result.flags = reader.uint32();
    else return false;
  });
  return result;
}

function buckets(message: Uint8Array): RawBuckets {
  const result: RawBuckets = { offset: 0, bucketCounts: [] };
  const { bucketCounts } = result;
  read(message, (no, type, reader) => {
    if (no === 1 && type === WireType.Varint) result.offset = reader.sint32();
    else if (no === 2) {
      if (type === WireType.Varint) bucketCounts.push(varintCount(reader));
      else {
        const packed = new BinaryReader(bytes(type, reader));
        while (packed.pos < packed.len) bucketCounts.push(varintCount(packed));
      }
    } else return false;
  });
  return result;
}

function varintCount(reader: BinaryReader): number {
  const value = Number(reader.uint64());
  if (!Number.isSafeInteger(value)) throw new BadInput("a count is out of range");
  return value;
}

const DECODERS: Readonly<Record<string, (message: Uint8Array) => RawPoint>> = {
  gauge: numberPoint,
  sum: numberPoint,
  histogram: histogramPoint,
  exponential_histogram: exponentialPoint,
};

/** 64-bit values, packed as all senders do, or one by one as any reader has to accept. */
function repeated(
  type: WireType,
  reader: BinaryReader,
  item: (type: WireType, reader: BinaryReader) => void,
): void {
  if (type !== WireType.LengthDelimited) {
    item(type, reader);
    return;
  }
  const packed = new BinaryReader(reader.bytes());
  while (packed.pos < packed.len) item(WireType.Bit64, packed);
}

function text(type: WireType, reader: BinaryReader): string {
  expect(type, WireType.LengthDelimited);
  return reader.string();
}

function double(type: WireType, reader: BinaryReader): number {
  expect(type, WireType.Bit64);
  return reader.double();
}

function fixed64(type: WireType, reader: BinaryReader): bigint {
  expect(type, WireType.Bit64);
  return BigInt(reader.fixed64());
}

function count(type: WireType, reader: BinaryReader): number {
  const value = Number(fixed64(type, reader));
  if (!Number.isSafeInteger(value)) throw new BadInput("a count is out of range");
  return value;
}

function attribute(attributes: Attributes, message: Uint8Array): void {
  let key = "";
  let value: AttributeValue | undefined;
  read(message, (no, type, reader) => {
    if (no === 1) key = text(type, reader);
    else if (no === 2) {
      const decoded = anyValue(bytes(type, reader), 0);
      value = typeof decoded === "object" ? JSON.stringify(decoded) : decoded;
    } else return false;
  });
  // A key such as __proto__ must become a key; of one that is repeated the last counts.
  if (key && value !== undefined)
    Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true });
}

type Any = string | number | boolean | undefined | Any[] | { [key: string]: Any };

function anyValue(message: Uint8Array, depth: number): Any {
  if (depth > DEEPEST_VALUE) throw new BadInput("an attribute's value is nested too deeply");
  let value: Any;
  read(message, (no, type, reader) => {
    if (no === 1) value = text(type, reader);
    else if (no === 2 && type === WireType.Varint) value = reader.bool();
    else if (no === 3 && type === WireType.Varint) value = Number(reader.int64());
    else if (no === 4) value = double(type, reader);
    else if (no === 5) value = messages(bytes(type, reader), 1).map((item) => anyValue(item, depth + 1));
    else if (no === 6) {
      value = Object.fromEntries(messages(bytes(type, reader), 1).map((pair) => keyValue(pair, depth + 1)));
    } else if (no === 7) value = btoa(String.fromCharCode(...bytes(type, reader)));
    else return false;
  });
  return value;
}

function keyValue(message: Uint8Array, depth: number): [string, Any] {
  let key = "";
  let value: Any;
  read(message, (no, type, reader) => {
    if (no === 1) key = text(type, reader);
    else if (no === 2) value = anyValue(bytes(type, reader), depth);
    else return false;
  });
  return [key, value];
}
