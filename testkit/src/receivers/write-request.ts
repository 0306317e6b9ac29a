/** Remote-write requests of both versions, made and read with a protobuf library, for doubles and their tests. */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { compress, uncompress } from "snappyjs";

export interface WrittenSample {
  readonly time: number;
  readonly value: number;
  /** Version 2.0: where the series began at zero; 0: not said. */
  readonly start?: number;
}

export interface WrittenSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly WrittenSample[];
}

export type Version = "1.0" | "2.0";

const HEADERS = {
  "1.0": { "content-type": "application/x-protobuf", "x-prometheus-remote-write-version": "0.1.0" },
  "2.0": {
    "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "x-prometheus-remote-write-version": "2.0.0",
  },
};

export const versionOf = (headers: Headers): Version =>
  headers.get("content-type")?.includes("write.v2") ? "2.0" : "1.0";

/** A request as `fetch` takes it. */
export function writeRequest(version: Version, series: readonly WrittenSeries[]) {
  const message = version === "2.0" ? encode2(series) : encode1(series);
  const headers: Record<string, string> = { ...HEADERS[version], "content-encoding": "snappy" };
  return { method: "POST", headers, body: compress(message) as Uint8Array<ArrayBuffer> };
}

/** @throws Error for bytes that are not a request of that version. */
export function readRequest(version: Version, body: Uint8Array<ArrayBuffer>): WrittenSeries[] {
  const request = fields(uncompress(body));
  if (version === "1.0") {
    return all(request, 1).map((bytes) => {
      const series = fields(bytes);
      const labels = all(series, 1).map((label) => {
        const pair = fields(label);
        return [text(all(pair, 1)[0]), text(all(pair, 2)[0])];
      });
      return { labels: Object.fromEntries(labels), samples: all(series, 2).map(readSample) };
    });
  }
  const symbols = all(request, 4).map(text);
  return all(request, 5).map((bytes) => {
    const series = fields(bytes);
    const refs = all(series, 1).flatMap(packed);
    const labels: Record<string, string> = {};
    for (let n = 0; n < refs.length; n += 2) {
      labels[symbols[refs[n] as number] ?? ""] = symbols[refs[n + 1] as number] ?? "";
    }
    return { labels, samples: all(series, 2).map(readSample) };
  });
}

function encode1(series: readonly WrittenSeries[]): Uint8Array<ArrayBuffer> {
  const request = new BinaryWriter();
  for (const { labels, samples } of series) {
    request.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of sorted(labels)) {
      request.tag(1, WireType.LengthDelimited).fork();
      request.tag(1, WireType.LengthDelimited).string(name);
      request.tag(2, WireType.LengthDelimited).string(value).join();
    }
    for (const sample of samples) writeSample(request, sample);
    request.join();
  }
  return request.finish() as Uint8Array<ArrayBuffer>;
}

function encode2(series: readonly WrittenSeries[]): Uint8Array<ArrayBuffer> {
  const symbols = [...new Set(["", ...series.flatMap(({ labels }) => Object.entries(labels).flat())])];
  const request = new BinaryWriter();
  for (const symbol of symbols) request.tag(4, WireType.LengthDelimited).string(symbol);
  for (const { labels, samples } of series) {
    request.tag(5, WireType.LengthDelimited).fork();
    request.tag(1, WireType.LengthDelimited).fork();
    for (const word of sorted(labels).flat()) request.uint32(symbols.indexOf(word));
    request.join();
    for (const sample of samples) writeSample(request, sample);
    // Older receivers read it here.
    const { start } = samples.at(-1) ?? {};
    if (start) request.tag(6, WireType.Varint).int64(start);
    request.join();
  }
  return request.finish() as Uint8Array<ArrayBuffer>;
}

function writeSample(request: BinaryWriter, { time, value, start }: WrittenSample): void {
  request.tag(2, WireType.LengthDelimited).fork();
  request.tag(1, WireType.Bit64).double(value);
  request.tag(2, WireType.Varint).int64(time);
  if (start) request.tag(3, WireType.Varint).int64(start);
  request.join();
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function readSample(bytes: Uint8Array): WrittenSample {
  const reader = new BinaryReader(bytes);
  let [time, value, start] = [0, 0, 0];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1) value = reader.double();
    else if (number === 2) time = Number(reader.int64());
    else if (number === 3) start = Number(reader.int64());
    else reader.skip(type, number);
  }
  return { time, value, ...(start && { start }) };
}

/** The fields that have a length, by number. */
function fields(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type !== WireType.LengthDelimited) reader.skip(type, number);
    else found.set(number, [...(found.get(number) ?? []), reader.bytes()]);
  }
  return found;
}

function all(message: ReadonlyMap<number, readonly Uint8Array[]>, field: number): readonly Uint8Array[] {
  return message.get(field) ?? [];
}

function packed(bytes: Uint8Array): number[] {
  const reader = new BinaryReader(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(reader.uint32());
  return values;
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
