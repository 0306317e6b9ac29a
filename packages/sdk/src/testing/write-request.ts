/**
 * Decodes the `WriteRequest` of remote write 1.0 with a protobuf library, so that the encoder under test is not
 * checked against itself. Message: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { ReceivedMetadata, ReceivedSample } from "./series.ts";

export interface TimeSeries {
  /** As they came: unchecked, in their order. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples: readonly ReceivedSample[];
  /** Native histograms, as they came. */
  readonly histograms: readonly Uint8Array[];
  /** Of version 2.0 only. */
  readonly metadata?: ReceivedMetadata | undefined;
}

/** The bits of the NaN that ends a series: specification, "Stale Markers". */
const STALE = 0x7ff0000000000002n;

/** @throws Error for bytes that are no `WriteRequest`. */
export function decodeWriteRequest(bytes: Uint8Array): TimeSeries[] {
  const series: TimeSeries[] = [];
  readMessage(bytes, { 1: [WireType.LengthDelimited, (reader) => series.push(timeSeries(reader.bytes()))] });
  return series;
}

function timeSeries(bytes: Uint8Array): TimeSeries {
  const labels: (readonly [string, string])[] = [];
  const samples: ReceivedSample[] = [];
  const histograms: Uint8Array[] = [];
  readMessage(bytes, {
    1: [WireType.LengthDelimited, (reader) => labels.push(label(reader.bytes()))],
    2: [WireType.LengthDelimited, (reader) => samples.push(sample(reader.bytes()))],
    4: [WireType.LengthDelimited, (reader) => histograms.push(reader.bytes())],
  });
  return { labels, samples, histograms };
}

function label(bytes: Uint8Array): readonly [string, string] {
  let [name, value] = ["", ""];
  readMessage(bytes, {
    1: [WireType.LengthDelimited, (reader) => (name = reader.string(true))],
    2: [WireType.LengthDelimited, (reader) => (value = reader.string(true))],
  });
  return [name, value];
}

/** The fields of both versions. */
export function sample(bytes: Uint8Array): ReceivedSample {
  // Read as bits: a NaN that has been a number may have lost its payload.
  let bits = 0n;
  let [timestamp, start] = [0, 0];
  readMessage(bytes, {
    1: [WireType.Bit64, (reader) => (bits = BigInt(reader.fixed64()))],
    2: [WireType.Varint, (reader) => (timestamp = Number(reader.int64()))],
    3: [WireType.Varint, (reader) => (start = Number(reader.int64()))],
  });
  return { ...double(bits), timestamp, ...(start && { start }) };
}

/** A number of its bits, and whether it is a stale marker. */
export function double(bits: bigint): { value: number; stale?: true } {
  const [value = 0] = new Float64Array(new BigUint64Array([bits]).buffer);
  return { value, ...(bits === STALE && { stale: true }) };
}

/** Fields by number: the wire type they must have, and what reads them. Others are skipped. */
export type Fields = Readonly<Record<number, readonly [WireType, (reader: BinaryReader) => void]>>;

export function readMessage(bytes: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields[number];
    if (!field) {
      reader.skip(wireType, number);
      continue;
    }
    const [expected, read] = field;
    if (wireType !== expected) throw new Error(`field ${number} has wire type ${wireType}`);
    read(reader);
  }
}
