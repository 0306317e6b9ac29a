/**
 * Decodes a native histogram, whose message is the same in remote write 1.0 and 2.0:
 * https://github.com/prometheus/prometheus/blob/main/prompb/types.proto
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { ExponentialHistogram } from "@opentelemetry/sdk-metrics";
import { double, readMessage } from "../testing/write-request.ts";

export interface ReceivedHistogram {
  readonly value: ExponentialHistogram;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** A stale marker, which ends the series. */
  readonly stale?: true;
}

/** Runs of buckets that follow each other: how far from the end of the run before, and how many. */
interface Span {
  readonly gap: number;
  readonly length: number;
}

/** Prometheus's limits: schemas of exponential buckets, and no more buckets than anyone could mean. */
const SCHEMAS = [-4, 8] as const;
const MOST_BUCKETS = 10_000;

/** @throws Error for bytes that are no such message, or buckets that are not exponential. */
export function decodeNativeHistogram(bytes: Uint8Array): ReceivedHistogram {
  let [count, zeroCount, schema, timestamp] = [0, 0, 0, 0];
  let sum = 0n;
  const [negative, positive] = [new Side(), new Side()];
  readMessage(bytes, {
    1: [WireType.Varint, (reader) => (count = Number(reader.uint64()))],
    2: [WireType.Bit64, (reader) => (count = reader.double())],
    3: [WireType.Bit64, (reader) => (sum = BigInt(reader.fixed64()))],
    4: [WireType.Varint, (reader) => (schema = reader.sint32())],
    6: [WireType.Varint, (reader) => (zeroCount = Number(reader.uint64()))],
    7: [WireType.Bit64, (reader) => (zeroCount = reader.double())],
    8: [WireType.LengthDelimited, (reader) => negative.spans.push(span(reader.bytes()))],
    9: [WireType.LengthDelimited, (reader) => negative.addDeltas(reader.bytes())],
    10: [WireType.LengthDelimited, (reader) => negative.addCounts(reader.bytes())],
    11: [WireType.LengthDelimited, (reader) => positive.spans.push(span(reader.bytes()))],
    12: [WireType.LengthDelimited, (reader) => positive.addDeltas(reader.bytes())],
    13: [WireType.LengthDelimited, (reader) => positive.addCounts(reader.bytes())],
    15: [WireType.Varint, (reader) => (timestamp = Number(reader.int64()))],
  });
  if (schema < SCHEMAS[0] || schema > SCHEMAS[1]) throw new Error(`histogram schema ${schema} is not known`);
  const { value, stale } = double(sum);
  return {
    value: {
      count,
      sum: value,
      scale: schema,
      zeroCount,
      positive: positive.buckets(),
      negative: negative.buckets(),
    },
    timestamp,
    ...(stale && { stale }),
  };
}

/** The buckets of one sign, while they are read. */
class Side {
  readonly spans: Span[] = [];
  readonly #counts: number[] = [];

  /** Of whole numbers: each the difference to the one before. */
  addDeltas(bytes: Uint8Array): void {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      this.#counts.push((this.#counts.at(-1) ?? 0) + Number(reader.sint64()));
    }
  }

  /** Of floats: as they are. */
  addCounts(bytes: Uint8Array): void {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) this.#counts.push(reader.double());
  }

  buckets(): ExponentialHistogram["positive"] {
    // Bucket `i` ends at 2^(i / 2^s) in Prometheus and begins there in OpenTelemetry.
    const offset = (this.spans[0]?.gap ?? 0) - 1;
    const bucketCounts: number[] = [];
    let next = 0;
    for (const [i, { gap, length }] of this.spans.entries()) {
      const missing = i ? gap : 0;
      if (missing < 0 || bucketCounts.length + missing + length > MOST_BUCKETS) {
        throw new Error("the spans of a histogram are too long");
      }
      for (let j = 0; j < missing; j++) bucketCounts.push(0);
      for (let j = 0; j < length; j++) bucketCounts.push(this.#counts[next++] ?? 0);
    }
    return { offset, bucketCounts };
  }
}

function span(bytes: Uint8Array): Span {
  let [gap, length] = [0, 0];
  readMessage(bytes, {
    1: [WireType.Varint, (reader) => (gap = reader.sint32())],
    2: [WireType.Varint, (reader) => (length = reader.uint32())],
  });
  return { gap, length };
}
