import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { seeded } from "@pushmeter/testkit/random";
import { describe, expect, it } from "vitest";
import { Sender } from "../testing/simulation.ts";
import { BadInput } from "./model.ts";
import { Decoder, decode } from "./otlp.ts";

const { Bit64, LengthDelimited, Varint } = WireType;
const TIME = 1_700_000_000_123_456_789n;

type Fields = (writer: BinaryWriter) => void;

const message = (writer: BinaryWriter, no: number, fields: Fields) => {
  writer.tag(no, LengthDelimited).fork();
  fields(writer);
  writer.join();
};

const attribute = (writer: BinaryWriter, no: number, key: string, text: string) =>
  message(writer, no, (pair) => {
    pair.tag(1, LengthDelimited).string(key);
    message(pair, 2, (value) => value.tag(1, LengthDelimited).string(text));
  });

/** A request with one point of a metric of deltas. */
function request(data: number, point: Fields): Uint8Array {
  const writer = new BinaryWriter();
  message(writer, 1, (resource) =>
    message(resource, 2, (scope) =>
      message(scope, 2, (metric) => {
        metric.tag(1, LengthDelimited).string("size");
        message(metric, data, (kind) => {
          message(kind, 1, point);
          kind.tag(2, Varint).int32(1).tag(3, Varint).bool(true);
        });
      }),
    ),
  );
  return writer.finish();
}

const pointOf = (body: Uint8Array) => decode("protobuf", body)[0]?.points[0];

/** What comes of a body: batches, or the reason of its refusal. Any other error fails the test. */
function outcome(decoder: Pick<Decoder, "decode">, body: Uint8Array): unknown {
  try {
    return decoder.decode("protobuf", body);
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return (error as Error).message;
  }
}

describe("OTLP in protobuf", () => {
  it("has the same attributes wherever they stand in a point", () => {
    const number: Fields = (point) => point.tag(3, Bit64).fixed64(TIME).tag(4, Bit64).double(2);
    const [a, b]: [Fields, Fields] = [
      (point) => attribute(point, 7, "route", "/a"),
      (point) => attribute(point, 7, "method", "GET"),
    ];
    const orders = [
      [a, b, number],
      [a, number, b],
      [number, a, b],
    ];
    const points = orders.map((order) =>
      pointOf(request(7, (point) => order.forEach((fields) => void fields(point)))),
    );
    expect(points[0]).toMatchObject({
      key: '[["method","GET"],["route","/a"]]',
      value: 2,
      time: 1_700_000_000_123,
    });
    expect(points).toEqual([points[0], points[0], points[0]]);
  });

  it("may have the numbers of a histogram packed or one by one", () => {
    const counts = [1n, 0n, 2n];
    const packed: Fields = (point) => {
      message(point, 6, (list) => counts.forEach((n) => void list.fixed64(n)));
      message(point, 7, (list) => void list.double(1).double(5));
    };
    const single: Fields = (point) => {
      for (const n of counts) point.tag(6, Bit64).fixed64(n);
      point.tag(7, Bit64).double(1).tag(7, Bit64).double(5);
    };
    const points = [packed, single].map((buckets) =>
      pointOf(
        request(9, (point) => {
          point.tag(3, Bit64).fixed64(TIME).tag(4, Bit64).fixed64(3n).tag(5, Bit64).double(9);
          buckets(point);
        }),
      ),
    );
    expect(points[0]).toMatchObject({ value: [9, 1, 0, 2], bounds: [1, 5] });
    expect(points[1]).toEqual(points[0]);
  });

  it.each([1, 2, 3])(
    "is decoded or refused, whatever is changed or cut, and never by what other bodies said, seed %i",
    async (seed) => {
      const random = seeded(seed);
      const below = (n: number) => Math.floor(random() * n);
      const sender = new Sender("a");
      for (let i = 0; i < 3; i++) {
        sender.meter.createCounter("logins").add(i + 1, { user: `u${i}`, ok: i > 1, n: i });
        sender.meter.createHistogram("size").record(i, { user: `u${i}` });
      }
      const [, valid] = await sender.batch(1_700_000_000_000);
      const known = new Decoder();
      for (let n = 0; n < 1_000; n++) {
        const body = valid.slice(0, random() < 0.2 ? below(valid.length) : valid.length);
        for (let changes = below(4); changes > 0 && body.length; changes--) {
          body[below(body.length)] = below(256);
        }
        expect(outcome(known, body)).toEqual(outcome(new Decoder(), body));
      }
      expect(known.decode("protobuf", valid)).toEqual(decode("protobuf", valid));
    },
  );
});
