/**
 * What is on the wire, with nothing made of it: the messages of remote write 1.0 and 2.0 by their field numbers,
 * read by a protobuf library and not by our own encoder's sister.
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { uncompress } from "snappyjs";

/** Field numbers to their values: bytes, integers, and the bits of doubles. */
type Message = ReadonlyMap<number, readonly (Uint8Array | bigint)[]>;

interface Sample {
  readonly value: number;
  readonly bits: bigint;
  readonly timestamp: number;
  /** 0: unset. */
  readonly start: number;
}

export interface Histogram {
  readonly count: number;
  readonly sum: number;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  /** Buckets by index, absolute counts. */
  readonly positive: ReadonlyMap<number, number>;
  readonly negative: ReadonlyMap<number, number>;
  readonly timestamp: number;
  readonly start: number;
}

export interface TimeSeries {
  /** In the order of the wire. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly refs: readonly number[];
  readonly samples: readonly Sample[];
  readonly histograms: readonly Histogram[];
  readonly metadata?: { readonly type: number; readonly helpRef: number; readonly unitRef: number };
  readonly created: number;
}

export interface Decoded {
  /** Of version 2.0. */
  readonly symbols: readonly string[];
  readonly timeseries: readonly TimeSeries[];
  /** Field numbers of the request itself. */
  readonly fields: readonly number[];
}

export function decode(body: Uint8Array<ArrayBuffer>, version: string | null): Decoded {
  const request = read(uncompress(body));
  const symbols = (request.get(4) ?? []).map(text);
  const is2 = version === "2.0.0";
  const series = (request.get(is2 ? 5 : 1) ?? []) as Uint8Array[];
  return {
    symbols,
    timeseries: series.map((bytes) => timeSeries(read(bytes), is2 ? symbols : undefined)),
    fields: [...request.keys()],
  };
}

function timeSeries(message: Message, symbols?: readonly string[]): TimeSeries {
  const refs = symbols ? packed(message.get(1)?.[0] as Uint8Array).map(Number) : [];
  const labels = symbols
    ? refs.flatMap((ref, i) =>
        i % 2 ? [] : [[symbols[ref] ?? "", symbols[refs[i + 1] ?? -1] ?? ""] as const],
      )
    : (message.get(1) ?? []).map((bytes) => {
        const label = read(bytes as Uint8Array);
        return [text(label.get(1)?.[0]), text(label.get(2)?.[0])] as const;
      });
  const metadata = message.get(5)?.[0];
  return {
    labels,
    refs,
    samples: (message.get(2) ?? []).map((bytes) => sample(read(bytes as Uint8Array))),
    histograms: (message.get(symbols ? 3 : 4) ?? []).map((bytes) => histogram(read(bytes as Uint8Array))),
    ...(metadata && { metadata: metadataOf(read(metadata as Uint8Array)) }),
    created: integer(message, 6),
  };
}

function sample(message: Message): Sample {
  const bits = (message.get(1)?.[0] ?? 0n) as bigint;
  return { value: double(bits), bits, timestamp: integer(message, 2), start: integer(message, 3) };
}

function histogram(message: Message): Histogram {
  const of = (field: number) => double((message.get(field)?.[0] ?? 0n) as bigint);
  return {
    count: integer(message, 1),
    sum: of(3),
    schema: zigzag(message.get(4)?.[0] as bigint | undefined),
    zeroThreshold: of(5),
    zeroCount: integer(message, 6),
    negative: buckets(message, 8, 9),
    positive: buckets(message, 11, 12),
    timestamp: integer(message, 15),
    start: integer(message, 17),
  };
}

function buckets(message: Message, spans: number, deltas: number): Map<number, number> {
  const counts = (message.get(deltas) ?? []).flatMap((bytes) => packed(bytes as Uint8Array)).map(zigzag);
  const result = new Map<number, number>();
  let [index, count] = [0, 0];
  for (const bytes of message.get(spans) ?? []) {
    const span = read(bytes as Uint8Array);
    index += zigzag(span.get(1)?.[0] as bigint | undefined);
    for (let left = integer(span, 2); left > 0; left--) {
      count += counts.shift() ?? Number.NaN;
      result.set(index++, count);
    }
  }
  if (counts.length) throw new Error("more deltas than the spans have buckets");
  return result;
}

function metadataOf(message: Message) {
  return { type: integer(message, 1), helpRef: integer(message, 3), unitRef: integer(message, 4) };
}

function read(bytes: Uint8Array): Message {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Bit64) values.push(BigInt(reader.fixed64()));
    else if (type === WireType.Varint) values.push(BigInt(reader.uint64()));
    else throw new Error(`field ${number} has wire type ${type}`);
  }
  return fields;
}

function packed(bytes: Uint8Array): bigint[] {
  const reader = new BinaryReader(bytes);
  const values: bigint[] = [];
  while (reader.pos < reader.len) values.push(BigInt(reader.uint64()));
  return values;
}

function text(bytes: Uint8Array | bigint | undefined): string {
  return new TextDecoder("utf-8", { fatal: true }).decode((bytes ?? new Uint8Array()) as Uint8Array);
}

function integer(message: Message, field: number): number {
  return Number(message.get(field)?.[0] ?? 0n);
}

function zigzag(value = 0n): number {
  return Number((value >> 1n) ^ -(value & 1n));
}

function double(bits: bigint): number {
  return new Float64Array(new BigUint64Array([bits]).buffer)[0] as number;
}
