/**
 * OTLP's protobuf encoding to batches. Field numbers: opentelemetry-proto,
 * `opentelemetry/proto/metrics/v1/metrics.proto` and its neighbours.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Attributes } from "@opentelemetry/api";
import type { ByteCache } from "./byte-cache.ts";
import { BadInput, type Batch } from "./model.ts";
import {
  type AttributeSet,
  attributeSetOf,
  checkBatch,
  emptyPoint,
  NO_ATTRIBUTES,
  type RawBuckets,
  type RawMetric,
  type RawPoint,
} from "./points.ts";
import { readAttribute } from "./protobuf-attributes.ts";
import { readExemplar } from "./protobuf-exemplars.ts";
import { ProtobufFields } from "./protobuf-fields.ts";

/** @throws BadInput if the bytes are no ExportMetricsServiceRequest. */
export function decodeProtobuf(body: Uint8Array, cache: ByteCache<AttributeSet>): Batch[] {
  return requestOf(body, (fields) => new Decoder(body, fields, cache).resourceMetrics());
}

/** The resource of each ResourceMetrics; nothing else is looked at. */
export function protobufResources(body: Uint8Array): Attributes[] {
  return requestOf(body, (fields) => {
    const resource: Attributes = {};
    fields.message((no) => no === 1 && readResource(fields, resource));
    return resource;
  });
}

/** The same request, cut into one for each resource. */
export function splitProtobuf(body: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return requestOf(body, (fields) =>
    new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(fields.bytes()).finish(),
  );
}

function requestOf<T>(body: Uint8Array, entry: (fields: ProtobufFields) => T): T[] {
  try {
    const fields = new ProtobufFields(body);
    const entries: T[] = [];
    fields.readTo(body.length, (no) => no === 1 && entries.push(entry(fields)));
    return entries;
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`the body is not OTLP: ${error instanceof Error ? error.message : error}`);
  }
}

function readResource(fields: ProtobufFields, resource: Attributes): void {
  fields.message((no) => no === 1 && readAttribute(fields, resource));
}

const DATA: Readonly<Record<number, RawMetric["data"]>> = {
  5: "gauge",
  7: "sum",
  9: "histogram",
  10: "exponential_histogram",
  11: "summary",
};

class Decoder {
  readonly #body: Uint8Array;
  readonly #fields: ProtobufFields;
  readonly #cache: ByteCache<AttributeSet>;

  constructor(body: Uint8Array, fields: ProtobufFields, cache: ByteCache<AttributeSet>) {
    this.#body = body;
    this.#fields = fields;
    this.#cache = cache;
  }

  resourceMetrics(): Batch {
    const fields = this.#fields;
    const resource: Attributes = {};
    const metrics: RawMetric[] = [];
    fields.message((no) => {
      if (no === 1) readResource(fields, resource);
      else if (no === 2) this.#scopeMetrics(metrics);
      else return false;
    });
    return checkBatch(resource, metrics);
  }

  #scopeMetrics(metrics: RawMetric[]): void {
    const fields = this.#fields;
    let scope = "";
    let scopeVersion = "";
    const own: RawMetric[] = [];
    fields.message((no) => {
      if (no === 1) {
        fields.message((no) => {
          if (no === 1) scope = fields.text();
          else if (no === 2) scopeVersion = fields.text();
          else return false;
        });
      } else if (no === 2) own.push(this.#metric());
      else return false;
    });
    for (const metric of own) metrics.push(Object.assign(metric, { scope, scopeVersion }));
  }

  #metric(): RawMetric {
    const fields = this.#fields;
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
    fields.message((no) => {
      if (no === 1) metric.name = fields.text();
      else if (no === 2) metric.description = fields.text();
      else if (no === 3) metric.unit = fields.text();
      else if (DATA[no]) this.#data(metric, DATA[no]);
      else return false;
    });
    return metric;
  }

  #data(metric: RawMetric, kind: RawMetric["data"]): void {
    const fields = this.#fields;
    metric.data = kind;
    fields.message((no) => {
      if (no === 1) metric.points.push(this.#point(kind));
      else if (no === 2) metric.temporality = fields.uint32();
      else if (no === 3) metric.monotonic = fields.bool();
      else return false;
    });
  }

  #point(kind: RawMetric["data"]): RawPoint {
    if (kind === "histogram") return this.#histogramPoint();
    if (kind === "exponential_histogram") return this.#exponentialPoint();
    if (kind !== "summary") return this.#numberPoint();
    this.#fields.message(() => false);
    return emptyPoint();
  }

  #numberPoint(): RawPoint {
    const fields = this.#fields;
    const point = emptyPoint();
    return this.#withAttributes(point, 7, (no) => {
      if (no === 2) point.start = fields.nanoseconds();
      else if (no === 3) point.time = fields.milliseconds();
      else if (no === 4) point.value = fields.double();
      else if (no === 5) point.exemplars.push(readExemplar(fields));
      else if (no === 6) point.value = fields.sfixed64();
      else if (no === 8) point.flags = fields.uint32();
      else return false;
    });
  }

  #histogramPoint(): RawPoint {
    const fields = this.#fields;
    const point = emptyPoint();
    const count = () => fields.count();
    const double = () => fields.double();
    return this.#withAttributes(point, 9, (no) => {
      if (no === 2) point.start = fields.nanoseconds();
      else if (no === 3) point.time = fields.milliseconds();
      else if (no === 4) point.count = fields.count();
      else if (no === 5) point.sum = fields.double();
      else if (no === 6) fields.repeated(WireType.Bit64, point.bucketCounts, count);
      else if (no === 7) fields.repeated(WireType.Bit64, point.bounds, double);
      else if (no === 8) point.exemplars.push(readExemplar(fields));
      else if (no === 10) point.flags = fields.uint32();
      else return false;
    });
  }

  #exponentialPoint(): RawPoint {
    const fields = this.#fields;
    const point = emptyPoint();
    return this.#withAttributes(point, 1, (no) => {
      if (no === 2) point.start = fields.nanoseconds();
      else if (no === 3) point.time = fields.milliseconds();
      else if (no === 4) point.count = fields.count();
      else if (no === 5) point.sum = fields.double();
      else if (no === 6) point.scale = fields.sint32();
      else if (no === 7) point.zeroCount = fields.count();
      else if (no === 8) point.positive = this.#buckets();
      else if (no === 9) point.negative = this.#buckets();
      else if (no === 10) point.flags = fields.uint32();
      else if (no === 11) point.exemplars.push(readExemplar(fields));
      else return false;
    });
  }

  #buckets(): RawBuckets {
    const fields = this.#fields;
    const buckets: RawBuckets = { offset: 0, bucketCounts: [] };
    const count = () => fields.varintCount();
    fields.message((no) => {
      if (no === 1) buckets.offset = fields.sint32();
      else if (no === 2) fields.repeated(WireType.Varint, buckets.bucketCounts, count);
      else return false;
    });
    return buckets;
  }

  /** Reads a point whose field `attributes` has the attributes. */
  #withAttributes(point: RawPoint, attributes: number, field: (no: number) => unknown): RawPoint {
    const fields = this.#fields;
    let from = 0;
    let to = 0;
    /** They stand together, as all senders write them. */
    let isWhole = true;
    const end = fields.end();
    const start = fields.position;
    fields.readTo(end, (no) => {
      if (no !== attributes) return field(no);
      from ||= fields.start;
      isWhole &&= !to || to === fields.start;
      to = fields.end();
      fields.position = to;
    });
    const decode = () => {
      const found: Attributes = {};
      fields.position = isWhole ? from : start;
      fields.readTo(isWhole ? to : end, (no) => no === attributes && readAttribute(fields, found));
      fields.position = end;
      return attributeSetOf(found);
    };
    if (to) point.attributes = isWhole ? this.#cache.get(this.#body, from, to, decode) : decode();
    else point.attributes = NO_ATTRIBUTES;
    return point;
  }
}
