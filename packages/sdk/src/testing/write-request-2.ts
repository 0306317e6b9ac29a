/**
 * Decodes the `Request` of remote write 2.0, as strictly about symbols as the specification is about senders:
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { ReceivedSample } from "./series.ts";
import { readMessage, sample, type TimeSeries } from "./write-request.ts";

/** `Metadata.MetricType` in Prometheus's words. */
const TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

/** @throws Error for bytes that are no `Request`, or whose symbols are not as they have to be. */
export function decodeRequest(bytes: Uint8Array): TimeSeries[] {
  const symbols: string[] = [];
  const series: Uint8Array[] = [];
  readMessage(bytes, {
    4: [WireType.LengthDelimited, (reader) => symbols.push(reader.string(true))],
    5: [WireType.LengthDelimited, (reader) => series.push(reader.bytes())],
  });
  if (series.length && symbols[0] !== "") throw new Error("symbols[0] is not empty");
  if (new Set(symbols).size < symbols.length) throw new Error("a symbol occurs twice");
  const symbol = (index: number): string => {
    const text = symbols[index];
    if (text === undefined) throw new Error(`no symbol ${index}`);
    return text;
  };
  return series.map((bytes) => timeSeries(bytes, symbol));
}

function timeSeries(bytes: Uint8Array, symbol: (index: number) => string): TimeSeries {
  const refs: number[] = [];
  const samples: ReceivedSample[] = [];
  const metadata = { type: TYPES[0] as string, help: "", unit: "" };
  const histograms: Uint8Array[] = [];
  let created = 0;
  readMessage(bytes, {
    1: [
      WireType.LengthDelimited,
      (reader) => {
        const packed = new BinaryReader(reader.bytes());
        while (packed.pos < packed.len) refs.push(packed.uint32());
      },
    ],
    2: [WireType.LengthDelimited, (reader) => samples.push(sample(reader.bytes()))],
    3: [WireType.LengthDelimited, (reader) => histograms.push(reader.bytes())],
    5: [
      WireType.LengthDelimited,
      (reader) =>
        readMessage(reader.bytes(), {
          1: [WireType.Varint, (reader) => (metadata.type = TYPES[reader.uint32()] ?? "unknown")],
          3: [WireType.Varint, (reader) => (metadata.help = symbol(reader.uint32()))],
          4: [WireType.Varint, (reader) => (metadata.unit = symbol(reader.uint32()))],
        }),
    ],
    6: [WireType.Varint, (reader) => (created = Number(reader.int64()))],
  });
  if (refs.length % 2) throw new Error("a label without a value");
  for (const { start = 0 } of samples) {
    if (start && start !== created) throw new Error(`start timestamps ${start} and ${created} of one series`);
  }
  const labels = refs.flatMap((ref, i) =>
    i % 2 ? [] : [[symbol(ref), symbol(refs[i + 1] as number)] as const],
  );
  return { labels, samples, histograms, metadata };
}
