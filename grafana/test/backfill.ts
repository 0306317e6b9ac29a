/** Writes samples as they are into a receiver, by remote write 1.0: what happened at which time is the test's choice. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { compress } from "snappyjs";

export interface RawSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, in order. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** Samples in one request. */
const MOST = 50_000;

/** @throws Error with the receiver's words if it does not store them. */
export async function writeSeries(url: string, series: readonly RawSeries[]): Promise<void> {
  for (const part of parts(series)) {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-protobuf",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
      },
      body: compress(encode(part)) as Uint8Array<ArrayBuffer>,
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${body}`);
  }
}

function* parts(series: readonly RawSeries[]): Generator<RawSeries[]> {
  let part: RawSeries[] = [];
  let samples = 0;
  for (const one of series) {
    part.push(one);
    samples += one.samples.length;
    if (samples < MOST) continue;
    yield part;
    part = [];
    samples = 0;
  }
  if (part.length) yield part;
}

/** https://prometheus.io/docs/specs/prw/remote_write_spec/ */
function encode(series: readonly RawSeries[]): Uint8Array {
  const request = new BinaryWriter();
  for (const { labels, samples } of series) {
    request.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))) {
      request.tag(1, WireType.LengthDelimited).fork();
      request.tag(1, WireType.LengthDelimited).string(name);
      request.tag(2, WireType.LengthDelimited).string(value).join();
    }
    for (const [time, value] of samples) {
      request.tag(2, WireType.LengthDelimited).fork();
      request.tag(1, WireType.Bit64).double(value);
      request.tag(2, WireType.Varint).int64(time).join();
    }
    request.join();
  }
  return request.finish();
}
