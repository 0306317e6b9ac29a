import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { compress } from "snappyjs";
import { describe, expect, it } from "vitest";
import { Receiver } from "./receiver.ts";

const NOW = 1_700_000_000_000;
const STALE = 0x7ff0000000000002n;

/** A value, or the bits of one. */
type Sample = readonly [value: number | bigint, timestamp: number];
type Series = readonly [labels: readonly (readonly [string, string])[], ...samples: Sample[]];

function encode(...request: Series[]): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const [labels, ...samples] of request) {
    writer.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of labels) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(name);
      writer.tag(2, WireType.LengthDelimited).string(value).join();
    }
    for (const [value, timestamp] of samples) {
      writer.tag(2, WireType.LengthDelimited).fork();
      if (typeof value === "bigint") writer.tag(1, WireType.Bit64).fixed64(value);
      else writer.tag(1, WireType.Bit64).double(value);
      writer.tag(2, WireType.Varint).int64(timestamp).join();
    }
    writer.join();
  }
  return writer.finish();
}

const labelled = (name: string, ...labels: [string, string][]): [string, string][] => [
  ["__name__", name],
  ...labels,
];

const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

class Sender {
  readonly receiver = new Receiver({ now: () => NOW });

  async send(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
    const request = new Request("http://receiver/api/v1/write", {
      method: "POST",
      headers: { ...HEADERS, ...headers },
      body,
    });
    const response = await this.receiver.fetch(request);
    return `${response.status} ${(await response.text()).trim()}`;
  }

  write(...series: Series[]): Promise<string> {
    return this.send(compress(encode(...series)));
  }
}

describe("Receiver as Prometheus, by remote write", () => {
  it("stores samples by series, in order", async () => {
    const sender = new Sender();
    expect(await sender.write([labelled("a_total", ["job", "x"]), [0, NOW - 1], [5, NOW]])).toBe("204 ");
    expect(await sender.write([labelled("a_total", ["job", "x"]), [7.5, NOW + 1000]])).toBe("204 ");
    expect(await sender.write([labelled("a_total", ["job", 'ÿ\n"/😀']), [-0.5, NOW]])).toBe("204 ");

    expect(sender.receiver.series("a_total", { job: "x" })).toEqual([
      {
        name: "a_total",
        labels: { job: "x" },
        samples: [
          { value: 0, timestamp: NOW - 1 },
          { value: 5, timestamp: NOW },
          { value: 7.5, timestamp: NOW + 1000 },
        ],
      },
    ]);
    expect(sender.receiver.series("a_total", { job: 'ÿ\n"/😀' })).toHaveLength(1);
    expect(sender.receiver.total("a_total")).toBe(7);
    expect(sender.receiver.series("a_total", { instance: "" })).toHaveLength(2);
    expect(sender.receiver.series("a_total", { instance: "i" })).toEqual([]);
    expect(sender.receiver.series()).toHaveLength(2);
    expect([sender.receiver.accepted, sender.receiver.refused]).toEqual([3, 0]);
  });

  it("refuses a sample out of order, and with it the whole request", async () => {
    const sender = new Sender();
    await sender.write([labelled("a_total"), [5, NOW]]);
    const late = await sender.write([labelled("b_total"), [1, NOW]], [labelled("a_total"), [4, NOW - 1]]);
    expect(late).toMatch(/^400 out of order sample/);
    expect(sender.receiver.series("b_total")).toEqual([]);
    expect(await sender.write([labelled("b_total"), [2, NOW - 1]])).toBe("204 ");
    expect([sender.receiver.accepted, sender.receiver.refused]).toEqual([2, 1]);
  });

  it("refuses samples that are out of order within one request, even as two series of the same labels", async () => {
    const sender = new Sender();
    expect(await sender.write([labelled("a"), [1, NOW], [2, NOW - 1]])).toMatch(/^400 out of order sample/);
    expect(await sender.write([labelled("a"), [1, NOW]], [labelled("a"), [2, NOW]])).toMatch(
      /^400 duplicate sample for timestamp/,
    );
    expect(sender.receiver.series()).toEqual([]);
  });

  it("takes the last sample again, but no other value for its time", async () => {
    const sender = new Sender();
    await sender.write([labelled("a"), [1, NOW - 1], [5, NOW]]);
    expect(await sender.write([labelled("a"), [5, NOW]])).toBe("204 ");
    expect(sender.receiver.series("a")[0]?.samples).toHaveLength(2);
    expect(await sender.write([labelled("a"), [6, NOW]])).toMatch(/^400 duplicate sample for timestamp/);
    expect(await sender.write([labelled("a"), [1, NOW - 1], [5, NOW]])).toMatch(/^400 out of order sample/);
    expect(sender.receiver.total("a")).toBe(5);
  });

  it("refuses samples more than 10 minutes ahead of the clock or 1 hour behind the newest", async () => {
    const sender = new Sender();
    expect(await sender.write([labelled("a"), [1, NOW + 600_001]])).toMatch(/^400 out of bounds/);
    expect(await sender.write([labelled("a"), [1, NOW + 600_000]])).toBe("204 ");
    expect(await sender.write([labelled("b"), [1, NOW - 3_000_001]])).toMatch(/^400 out of bounds/);
    expect(await sender.write([labelled("b"), [1, NOW - 3_000_000]])).toBe("204 ");
  });

  it("ends a series at a stale marker, not at another NaN, until a sample comes after it", async () => {
    const sender = new Sender();
    await sender.write([labelled("a", ["instance", "1"]), [5, NOW], [STALE, NOW + 1]]);
    await sender.write([labelled("a", ["instance", "2"]), [2, NOW]]);
    expect(sender.receiver.total("a")).toBe(2);
    expect(sender.receiver.series("a", { instance: "1" })[0]?.samples[1]).toEqual({
      value: NaN,
      timestamp: NOW + 1,
      stale: true,
    });
    await sender.write([labelled("a", ["instance", "1"]), [6, NOW + 2]]);
    expect(sender.receiver.total("a")).toBe(8);
    await sender.write([labelled("a", ["instance", "3"]), [NaN, NOW]]);
    expect(sender.receiver.total("a")).toBeNaN();
  });

  it.each<[string, [string, string][], string]>([
    ["no name", [["job", "x"]], "400 no __name__"],
    ["an unsorted label", labelled("a", ["job", "x"], ["instance", "1"]), "400 labels are not sorted"],
    ["a label twice", labelled("a", ["job", "x"], ["job", "y"]), "400 duplicate label job"],
    ["an empty label value", labelled("a", ["job", ""]), "400 label job is empty"],
    ["an empty label name", [["", "x"]], "400 invalid label name"],
    ["a label name with a dot", labelled("a", ["http.route", "x"]), "400 invalid label name"],
    ["a metric name with a dot", labelled("a.b"), "400 invalid metric name"],
  ])("refuses what Prometheus would drop silently: %s", async (_, labels, answer) => {
    const sender = new Sender();
    const good: Series = [labelled("good"), [1, NOW]];
    expect(await sender.write(good, [labels, [1, NOW]])).toContain(answer);
    expect(sender.receiver.series()).toEqual([]);
  });

  it.each([
    ["content-type", "text/plain", "415"],
    ["content-type", "application/x-protobuf; proto=io.prometheus.write.v2.Request", "415"],
    ["content-type", "application/x-protobuf;proto=prometheus.WriteRequest", "204"],
    ["content-encoding", "gzip", "415"],
    ["content-encoding", "", "415"],
    ["x-prometheus-remote-write-version", "2.0.0", "400"],
    ["x-prometheus-remote-write-version", "", "400"],
  ])("answers to %s: %s with %s", async (header, value, status) => {
    const sender = new Sender();
    const answer = await sender.send(compress(encode([labelled("a"), [1, NOW]])), { [header]: value });
    expect(answer.slice(0, 3)).toBe(status);
    expect(sender.receiver.series()).toHaveLength(status === "204" ? 1 : 0);
  });

  it("refuses what is not snappy, not protobuf, or not UTF-8", async () => {
    const sender = new Sender();
    const message = encode([labelled("a", ["job", "xyz"]), [1, NOW]]);
    expect(await sender.send(message)).toMatch(/^400 snappy/);
    expect(await sender.send(compress(message.slice(0, -3)))).toMatch(/^400 protobuf/);
    expect(await sender.send(compress(new Uint8Array([0x08, 0x01])))).toMatch(/^400 protobuf/);
    const broken = message.map((byte) => (byte === "y".charCodeAt(0) ? 0xff : byte));
    expect(await sender.send(compress(broken))).toMatch(/^400 protobuf/);
    expect(sender.receiver.refused).toBe(4);
  });

  it("refuses native histograms as a Prometheus without the feature does", async () => {
    const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string("__name__");
    writer.tag(2, WireType.LengthDelimited).string("a").join();
    writer.tag(4, WireType.LengthDelimited).bytes(new Uint8Array()).join();
    expect(await new Sender().send(compress(writer.finish()))).toMatch(/^500 native histograms are disabled/);
  });

  it("refuses a body that is too large or would be when decompressed", async () => {
    const sender = new Sender();
    expect(await sender.send(new Uint8Array(32 * 1024 * 1024 + 1))).toMatch(/^413 /);
    // The length that a snappy block says it has: 2^28 - 1.
    expect(await sender.send(new Uint8Array([0xff, 0xff, 0xff, 0x7f, 0]))).toMatch(/^400 snappy/);
  });

  it("answers other methods with 405 and other paths with 404", async () => {
    const { fetch } = new Receiver();
    expect((await fetch(new Request("http://receiver/api/v1/write"))).status).toBe(405);
    expect((await fetch(new Request("http://receiver/api/v1/query"))).status).toBe(404);
    expect((await fetch(new Request("http://receiver/api/v1/write/", { method: "POST" }))).status).toBe(404);
  });
});
