import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { Exemplars } from "./exemplars.ts";
import { decode } from "./otlp.ts";

const TIME = 1_700_000_000_123;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const exemplar = (value: number, time: number, filteredAttributes: object[] = []) => ({
  asDouble: value,
  timeUnixNano: `${time}456789`,
  traceId: TRACE,
  spanId: SPAN,
  filteredAttributes,
});

function ofJson(...exemplars: object[]) {
  const point = { timeUnixNano: `${TIME}000000`, asDouble: 1, exemplars };
  const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] };
  const resourceMetrics = [{ scopeMetrics: [{ metrics: [{ name: "logins", sum }] }] }];
  const [batch] = decode("json", new TextEncoder().encode(JSON.stringify({ resourceMetrics })));
  return batch?.points[0]?.exemplar;
}

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** Nested messages, each the only field of the one around it. */
function nested(fields: readonly number[], inner: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) writer.tag(field, WireType.LengthDelimited).fork();
  inner(writer);
  for (const _ of fields) writer.join();
  return writer.finish();
}

describe("an exemplar", () => {
  it("is the newest of a point, with its trace", () => {
    const user = { key: "user.id", value: { stringValue: "u1" } };
    const labels = { trace_id: TRACE, span_id: SPAN, user_id: "u1" };
    const found = ofJson(exemplar(1, TIME), exemplar(2, TIME + 5, [user]), exemplar(3, TIME + 1));
    expect(found).toEqual({ labels, value: 2, time: TIME + 5 });
  });

  it("is the same in both encodings of OTLP", () => {
    const body = nested([1, 2, 2], (writer) => {
      writer.tag(1, WireType.LengthDelimited).string("logins");
      writer.tag(7, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int32(1).tag(3, WireType.Varint);
      writer.bool(true).tag(1, WireType.LengthDelimited).fork();
      writer
        .tag(3, WireType.Bit64)
        .fixed64(BigInt(TIME) * 1_000_000n)
        .tag(4, WireType.Bit64)
        .double(1);
      writer.tag(5, WireType.LengthDelimited).fork();
      writer.tag(2, WireType.Bit64).fixed64(BigInt(TIME) * 1_000_000n + 456_789n);
      writer.tag(3, WireType.Bit64).double(2).tag(4, WireType.LengthDelimited).bytes(bytes(SPAN));
      writer.tag(5, WireType.LengthDelimited).bytes(bytes(TRACE)).join().join().join();
    });
    const [batch] = decode("protobuf", body);
    expect(batch?.points[0]?.exemplar).toEqual(ofJson(exemplar(2, TIME)));
  });

  it("keeps its trace without attributes that are too long, and is nothing without a number or a time", () => {
    const long = { key: "query", value: { stringValue: "x".repeat(200) } };
    expect(ofJson(exemplar(2, TIME, [long]))?.labels).toEqual({ trace_id: TRACE, span_id: SPAN });
    expect(ofJson({ ...exemplar(2, TIME), asDouble: "NaN" }, { ...exemplar(2, TIME), timeUnixNano: 0 })).toBe(
      undefined,
    );
  });
});

describe("exemplars that wait for a heartbeat", () => {
  it("are the newest of each series, and so many at most", () => {
    const exemplars = new Exemplars();
    for (let id = 0; id < 6_000; id++) exemplars.add(id, { labels: {}, value: 1, time: 5 });
    exemplars.add(1, { labels: {}, value: 2, time: 4 });
    exemplars.add(2, { labels: {}, value: 2, time: 6 });
    expect([1, 2, 4_999, 5_000].map((id) => exemplars.get(id)?.value)).toEqual([1, 2, 1, undefined]);
  });
});
