import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { DROPPED } from "../recording/names.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { type OtlpOptions, otlp } from "./index.ts";
import {
  down,
  Instance,
  metricsOf,
  numberOf,
  pointsOf,
  type Received,
  URL,
  Writer,
  works,
} from "./writer.ts";

/** The values at a path of field numbers in a protobuf message. */
function fields(message: Uint8Array, field: number, ...path: number[]): (number | bigint | string)[] {
  const found: (number | bigint | string)[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [no, type] = reader.tag();
    if (no !== field) reader.skip(type, no);
    else if (type === WireType.LengthDelimited) {
      const [next, ...rest] = path;
      const bytes = reader.bytes();
      if (next !== undefined) found.push(...fields(bytes, next, ...rest));
    } else if (type === WireType.Bit64) found.push(reader.double());
    else found.push(reader.int32());
  }
  return found;
}

describe("otlp, totals", () => {
  it("are the default", async () => {
    const writer = new Instance({ temporality: undefined });
    writer.pushmeter.meter.createCounter("logins").add(3);
    await writer.flush();
    expect(metricsOf((writer.receiver.stored[0] as Received).body)[0].sum.aggregationTemporality).toBe(2);
  });

  it("have ever later times, though the clock stands", async () => {
    const writer = new Instance({ temporality: "cumulative" });
    writer.pushmeter.meter.createCounter("logins").add(3);
    for (let i = 0; i < 3; i++) {
      writer.pushmeter.meter.createCounter("logins").add(1);
      await writer.flush();
    }
    const times = writer.receiver.points("logins").map(({ timeUnixNano }) => Number(timeUnixNano) / 1e6);
    expect(times[1]).toBeGreaterThan(times[0] as number);
    expect(times[2]).toBeGreaterThan(times[1] as number);
  });

  const REFUSALS: Record<string, () => Response> = {
    "a 400": () => new Response("invalid temporality: cumulative sums are not supported", { status: 400 }),
    "a 500": () => new Response("cumulative temporality is not supported", { status: 500 }),
    "a partial success": () =>
      new Response(
        JSON.stringify({
          partialSuccess: { rejectedDataPoints: "1", errorMessage: "UNSUPPORTED_MONOTONIC_CUMULATIVE_SUM" },
        }),
      ),
  };
  it.each(Object.keys(REFUSALS))(
    "become deltas for good, without loss, after %s that asks for them",
    async (kind) => {
      const writer = new Instance({ temporality: "cumulative" });
      const { meter } = writer.pushmeter;
      const logins = meter.createCounter("logins");
      const sizes = meter.createHistogram("sizes", { advice: { explicitBucketBoundaries: [1, 10] } });
      writer.receiver.network = (store) => {
        const { sum } = metricsOf((writer.receiver.requests.at(-1) as Received).body).find(
          ({ name }: { name: string }) => name === "logins",
        );
        if (sum.aggregationTemporality === 2) return (REFUSALS[kind] as () => Response)();
        return works(store);
      };
      for (const n of [3, 2, 5]) {
        logins.add(n);
        sizes.record(n);
        expect(await writer.flush()).toBe(true);
      }
      expect(writer.receiver.points("logins").map(numberOf)).toEqual([3, 2, 5]);
      const counts = writer.receiver.stored.flatMap(({ body }) =>
        metricsOf(body)
          .filter(({ name }: { name: string }) => name === "sizes")
          .map(({ histogram }: { histogram: { dataPoints: { bucketCounts: number[] }[] } }) =>
            histogram.dataPoints.map(({ bucketCounts }) => bucketCounts.map(Number)),
          ),
      );
      expect(counts).toEqual([[[0, 1, 0]], [[0, 1, 0]], [[0, 1, 0]]]);
      // One request was refused.
      expect(writer.receiver.requests).toHaveLength(4);
    },
  );

  it("are what is advised when deltas are refused", async () => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(3);
    writer.receiver.network = () => new Response("\b\u0003\u0012 invalid temporality", { status: 400 });
    const { error } = await writer.push();
    expect(error?.message).toMatch(
      /refused with 400: invalid temporality \(set temporality to "cumulative"\)$/,
    );
  });

  it("sends what one receiver has missed with the next push, unnumbered", async () => {
    const writer = new Instance({ temporality: "cumulative" });
    const logins = writer.pushmeter.meter.createCounter("logins");
    logins.add(3);
    writer.receiver.network = down;
    expect(await writer.flush()).toBe(false);
    writer.receiver.network = works;
    logins.add(2);
    expect(await writer.flush()).toBe(true);
    const [{ key, body }] = writer.receiver.stored as [Received];
    expect(key).toBeNull();
    expect(pointsOf(body, "logins").map(numberOf)).toEqual([5]);
    const { sum } = metricsOf(body).find(({ name }: { name: string }) => name === "logins");
    expect(sum.aggregationTemporality).toBe(2);
  });
});

describe("otlp on the wire", () => {
  it.each([true, false])("gzip: %s", async (gzip) => {
    const writer = new Writer({ gzip });
    writer.meter.createCounter("logins").add(3);
    await writer.begin();
    const [{ headers, size }] = writer.receiver.requests as [Received];
    expect(headers.get("content-encoding")).toBe(gzip ? "gzip" : null);
    expect(size < 300).toBe(gzip);
    expect(writer.receiver.total("logins")).toBe(3);
  });

  it("is protobuf unless told otherwise", async () => {
    const writer = new Writer({ protocol: undefined });
    const counter = writer.meter.createCounter("logins");
    counter.add(3, { result: "ü" });
    counter.add(4, { result: "x" });
    await writer.push();
    const [{ headers, body }] = writer.receiver.requests as [Received];
    expect(headers.get("content-type")).toBe("application/x-protobuf");
    // resource_metrics, scope_metrics, metrics, sum, data_points, as_double
    expect(fields(body, 1, 2, 2, 7, 1, 4)).toEqual([3, 4]);
    // … aggregation_temporality
    expect(fields(body, 1, 2, 2, 7, 2)).toEqual([1]);
  });

  const reason = `no such metric ${"!".repeat(2000)}`;
  const json = JSON.stringify({ partialSuccess: { rejectedDataPoints: "300", errorMessage: reason } });
  const protobuf = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
  protobuf.tag(1, WireType.Varint).int64(300).tag(2, WireType.LengthDelimited).string(reason).join();

  it.each([
    ["http/json", json],
    ["http/protobuf", protobuf.finish()],
  ] as const)("counts what a partial success over %s rejects", async (protocol, answer) => {
    const writer = new Writer({ protocol });
    writer.meter.createCounter("logins").add(3);
    writer.receiver.network = () => new Response(answer);
    const { code, error, dropped } = await writer.push();
    expect([code, dropped]).toEqual([1, new Map([["rejected", 300]])]);
    expect(error?.message).toContain("did not store 300 points and answered 200: no such metric !!!");
    await writer.push();
    expect(writer.receiver.requests).toHaveLength(1);
  });

  it.each(["http/json", "http/protobuf"] as const)(
    "takes any 2xx over %s for success, whatever stands in it",
    async (protocol) => {
      const answers = [
        new Response(null, { status: 204 }),
        new Response(),
        new Response("OK\n"),
        new Response(new Uint8Array([10, 255, 255, 255])),
        new Response("{".repeat(100_000)),
      ];
      const writer = new Writer({ protocol });
      const counter = writer.meter.createCounter("logins");
      for (const answer of answers) {
        counter.add(1);
        writer.receiver.network = () => answer;
        expect(await writer.push()).toEqual({ code: 0, dropped: new Map() });
      }
      expect(writer.receiver.requests).toHaveLength(answers.length);
    },
  );
});

describe("createPushmeter over otlp", () => {
  it("sends the resource, and its labels with every point", async () => {
    const writer = new Instance({}, { resource: { "cloud.region": "eu" }, resourceLabels: ["cloud.region"] });
    writer.pushmeter.meter.createCounter("logins").add(3, { result: "success" });
    expect(await writer.flush()).toBe(true);
    const [{ body, headers }] = writer.receiver.stored as [Received];
    expect(headers.get("authorization")).toBe("Bearer s3cr3t");
    expect(pointsOf(body, "logins")[0]?.attributes).toEqual(
      expect.arrayContaining([
        { key: "cloud.region", value: { stringValue: "eu" } },
        { key: "result", value: { stringValue: "success" } },
      ]),
    );
    const [{ resource }] = JSON.parse(new TextDecoder().decode(body)).resourceMetrics;
    expect(resource.attributes).toEqual(
      expect.arrayContaining([
        { key: "service.name", value: { stringValue: "courses" } },
        { key: "cloud.region", value: { stringValue: "eu" } },
      ]),
    );
  });

  it("counts what was dropped, by reason, in the next push", async () => {
    const writer = new Instance();
    writer.pushmeter.meter.createCounter("logins").add(3);
    writer.receiver.network = () => new Response("no", { status: 400 });
    expect(await writer.flush()).toBe(false);
    writer.receiver.network = works;
    expect(await writer.flush()).toBe(true);
    const [dropped] = writer.receiver.points(DROPPED);
    expect(dropped?.attributes).toEqual([{ key: "reason", value: { stringValue: "refused" } }]);
    expect(writer.receiver.total(DROPPED)).toBe(1);
    expect(writer.receiver.total("logins")).toBe(0);
  });
});

describe("otlp's options", () => {
  it.each<[object, RegExp]>([
    [{ url: "collector" }, /otlp url must be an absolute http or https URL/],
    [{ protocol: "grpc" }, /otlp protocol must be "http\/protobuf" or "http\/json", got/],
    [{ temporality: "lowmemory" }, /otlp temporality must be "delta" or "cumulative", got/],
    [{ gzip: 9 }, /otlp gzip must be true or false, got 9/],
    [{ fetch: "x" }, /otlp fetch must be a function/],
    [{ protcol: "http/json" }, /otlp has no option protcol, did you mean protocol\?/],
  ])("%j", (options, message) => {
    expect(() => otlp({ url: URL, ...options } as OtlpOptions)).toThrow(message);
  });
});

describe("otlp, a clock that is set", () => {
  class SetRuntime extends FakeRuntime {
    ahead = 0;
    override now(): number {
      return super.now() + this.ahead;
    }
  }
  const start = () => {
    const runtime = new SetRuntime();
    const writer = new Instance({ temporality: "cumulative" }, {}, runtime);
    return { runtime, writer, logins: writer.pushmeter.meter.createCounter("logins") };
  };
  const received = ({ receiver }: Instance) =>
    receiver.stored.map(({ body }) => {
      const [{ resource }] = JSON.parse(new TextDecoder().decode(body)).resourceMetrics;
      const id = resource.attributes.find(({ key }: { key: string }) => key === "service.instance.id");
      const [point] = pointsOf(body, "logins");
      return [id.value.stringValue, numberOf(point as never), Number(point?.timeUnixNano) / 1e6] as const;
    });

  it("back from a time that was refused: goes on under the same instance", async () => {
    const { runtime, writer, logins } = start();
    logins.add(1);
    await writer.flush();
    runtime.ahead = 86_400_000;
    writer.receiver.network = () => new Response("too far in the future", { status: 400 });
    logins.add(1);
    expect(await writer.flush()).toBe(false);
    runtime.ahead = 0;
    writer.receiver.network = works;
    logins.add(1);
    expect(await writer.flush()).toBe(true);
    const [first, second] = received(writer);
    expect(second?.slice(0, 2)).toEqual([first?.[0], 3]);
    expect(second?.[2]).toBeLessThan(runtime.now() + 1000);
  });

  it("back from a time that was stored: begins anew, and what was stored counts once", async () => {
    const { runtime, writer, logins } = start();
    runtime.ahead = 86_400_000;
    logins.add(5);
    await writer.flush();
    runtime.ahead = 0;
    logins.add(3);
    await writer.flush();
    const [first, second] = received(writer);
    expect(first?.[1]).toBe(5);
    expect(second?.[1]).toBe(3);
    expect(second?.[0]).not.toBe(first?.[0]);
    expect(second?.[2]).toBeLessThan(runtime.now() + 1000);
  });
});
