import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, InstrumentType, MeterProvider } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import type { PushResult } from "../destination.ts";
import { Reader } from "../flush/reader.ts";
import { createPushmeter, PushError, type Pushmeter, type PushmeterOptions } from "../index.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { type OtlpOptions, otlp } from "./index.ts";

const URL = "http://receiver/v1/metrics";

interface Received {
  readonly key: string | null;
  readonly headers: Headers;
  /** Inflated. */
  readonly body: Uint8Array;
  /** Bytes on the wire. */
  readonly size: number;
}

type Network = (store: () => void) => Response | Promise<Response>;

/** A receiver of OTLP/JSON that keeps what it stores, and what came for it. */
class Receiver {
  readonly requests: Received[] = [];
  readonly stored: Received[] = [];
  /** What becomes of a request; the default stores it. */
  network: Network = (store) => {
    store();
    return new Response("{}");
  };

  readonly fetch = async (request: Request): Promise<Response> => {
    const { headers } = request;
    const sent = await request.arrayBuffer();
    const body = headers.get("content-encoding") === "gzip" ? await inflate(sent) : new Uint8Array(sent);
    const received = { key: headers.get("idempotency-key"), headers, body, size: sent.byteLength };
    this.requests.push(received);
    return this.network(() => this.stored.push(received));
  };

  /** Everything of this name that was stored, repetitions too. */
  points(name: string): JsonPoint[] {
    return this.stored.flatMap(({ body }) => pointsOf(body, name));
  }

  total(name: string): number {
    return this.points(name).reduce((total, point) => total + numberOf(point), 0);
  }
}

interface JsonPoint {
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly asDouble?: number;
  readonly asInt?: number;
}

function metricsOf(body: Uint8Array) {
  const { resourceMetrics } = JSON.parse(new TextDecoder().decode(body));
  return resourceMetrics[0].scopeMetrics.flatMap(({ metrics }: { metrics: object[] }) => metrics);
}

function pointsOf(body: Uint8Array, name: string): JsonPoint[] {
  const found = metricsOf(body).filter((metric: { name: string }) => metric.name === name);
  return found.flatMap(({ sum }: { sum: { dataPoints: JsonPoint[] } }) => sum.dataPoints);
}

async function inflate(bytes: ArrayBuffer): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One instance, on a fake clock. */
class Writer {
  readonly receiver = new Receiver();
  readonly runtime = new FakeRuntime();
  readonly #reader = new Reader();
  readonly meter = new MeterProvider({ readers: [this.#reader] }).getMeter("app");
  readonly destination;

  constructor(options: Partial<OtlpOptions> = {}) {
    const common = { url: URL, timeout: 2000, protocol: "http/json" } as const;
    this.destination = otlp({ ...common, fetch: this.receiver.fetch, ...options }, this.runtime);
  }

  async push(): Promise<PushResult> {
    const { resourceMetrics } = await this.#reader.collect();
    const resource = resourceFromAttributes({ "service.name": "courses", "service.instance.id": "i-1" });
    return this.runtime.until(
      new Promise((resolve) => this.destination.export({ ...resourceMetrics, resource }, resolve)),
    );
  }
}

/** One instance with everything that users have. */
class Instance {
  readonly receiver = new Receiver();
  readonly runtime = new FakeRuntime();
  readonly pushmeter: Pushmeter;

  constructor(options: Partial<OtlpOptions> = {}, more: PushmeterOptions = {}) {
    const { fetch } = this.receiver;
    const auth = { bearer: "s3cr3t" };
    const push = otlp({ url: URL, auth, protocol: "http/json", fetch, ...options }, this.runtime);
    this.pushmeter = createPushmeter({ service: "courses", push, onError: () => {}, ...more }, this.runtime);
  }

  flush(): Promise<boolean> {
    return this.runtime.until(this.pushmeter.flush());
  }
}

/** Stores, and nobody hears of it. */
const lost: Network = (store) => {
  store();
  throw new TypeError("connection reset");
};
const down: Network = () => {
  throw new TypeError("connection refused");
};
const works: Network = (store) => {
  store();
  return new Response("{}");
};

const seqOf = ({ key }: Received) => Number(/^"[^/]+\/(\d+)"$/.exec(key ?? "")?.[1]);
const numberOf = ({ asDouble, asInt }: JsonPoint) => Number(asDouble ?? asInt);
const sizeOf = (body: Uint8Array) =>
  metricsOf(body).reduce((n: number, { sum }: { sum: { dataPoints: [] } }) => n + sum.dataPoints.length, 0);

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

describe("otlp, deltas", () => {
  it("sends each delta once, in numbered batches, and nothing when nothing happened", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    for (const n of [3, 2]) {
      counter.add(n);
      expect(await writer.push()).toEqual({ code: 0, dropped: new Map() });
    }
    await writer.push();
    const { stored } = writer.receiver;
    expect(stored.map(({ body }) => pointsOf(body, "logins").map(numberOf))).toEqual([[3], [2]]);
    expect(stored.map(seqOf)).toEqual([1, 2]);
    expect(stored.map(({ body }) => metricsOf(body)[0].sum.aggregationTemporality)).toEqual([1, 1]);
    expect(writer.destination.selectAggregationTemporality?.(InstrumentType.COUNTER)).toBe(
      AggregationTemporality.DELTA,
    );
  });

  it("repeats a batch byte for byte while its fate is unknown; what comes later waits behind it", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    const { receiver } = writer;
    receiver.network = lost;
    for (const n of [5, 2, 1]) {
      counter.add(n);
      expect(await writer.push()).toMatchObject({ code: 1, error: { result: "unreachable" } });
    }
    const first = receiver.requests[0] as Received;
    expect(receiver.requests.length).toBeGreaterThan(5);
    for (const { key, body } of receiver.requests) expect([key, body]).toEqual([first.key, first.body]);

    receiver.network = works;
    expect(await writer.push()).toMatchObject({ code: 0 });
    const [again, rest, ...more] = receiver.stored.slice(-2);
    expect(again).toMatchObject({ key: first.key, body: first.body });
    expect(pointsOf((rest as Received).body, "logins").map(numberOf)).toEqual([3]);
    expect([seqOf(rest as Received), more]).toEqual([2, []]);
    // A receiver that knows the numbers has every batch once.
    const once = new Map(receiver.stored.map((received) => [received.key, received.body]));
    const total = [...once.values()].flatMap((body) => pointsOf(body, "logins").map(numberOf));
    expect(total).toEqual([5, 3]);
  });

  it.each([429, 500, 503])("keeps a batch that is answered %i", async (status) => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(5);
    writer.receiver.network = () => new Response("not now", { status });
    expect(await writer.push()).toEqual({ code: 1, error: expect.any(PushError), dropped: new Map() });
    writer.receiver.network = works;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins")).toBe(5);
  });

  it.each([400, 401, 413, 415])("drops and counts what is refused with %i, and goes on", async (status) => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    writer.receiver.network = () => new Response("no", { status });
    for (let i = 0; i < 3; i++) counter.add(1, { i });
    const result = await writer.push();
    expect(result).toMatchObject({ code: 1, error: { result: "refused", status } });
    expect(result.dropped).toEqual(new Map([["refused", 3]]));
    writer.receiver.network = works;
    counter.add(1, { i: 7 });
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.stored.map(seqOf)).toEqual([2]);
    expect(writer.receiver.total("logins")).toBe(1);
  });

  it("cuts batches at a thousand points, and takes up where it was interrupted", async () => {
    const writer = new Writer();
    for (const name of ["a", "b", "c"]) {
      const counter = writer.meter.createCounter(name);
      for (let i = 0; i < 900; i++) counter.add(1, { i });
    }
    let requests = 0;
    writer.receiver.network = (store) =>
      ++requests === 2 ? new Response("", { status: 503 }) : works(store);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.stored.map(seqOf)).toEqual([1, 2, 3]);
    expect(writer.receiver.stored.map(({ body }) => sizeOf(body))).toEqual([1000, 1000, 700]);
    for (const name of ["a", "b", "c"]) expect(writer.receiver.total(name)).toBe(900);
  });

  it("stays bounded while the receiver is down, and loses no count", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    writer.receiver.network = down;
    for (let i = 0; i < 6000; i++) {
      counter.add(1, { user: i });
      if (i % 500 === 499) await writer.push();
    }
    writer.receiver.network = works;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins")).toBe(6000);
    const points = writer.receiver.points("logins");
    // The batch that was under way, and what one instrument may hold.
    expect(points.length).toBeLessThanOrEqual(500 + 2000);
    const overflow = points.filter(({ attributes }) => attributes[0]?.key === "otel.metric.overflow");
    expect(overflow.map(numberOf)).toEqual([6000 - points.length + 1]);
  });

  it("numbers the batches of each instance for itself", async () => {
    const runtime = new FakeRuntime();
    const receiver = new Receiver();
    const push = otlp({ url: URL, protocol: "http/json", fetch: receiver.fetch }, runtime);
    for (const instance of ["a", "b", "a"]) {
      const reader = new Reader();
      new MeterProvider({ readers: [reader] }).getMeter("app").createCounter("logins").add(1);
      const { resourceMetrics } = await reader.collect();
      const resource = resourceFromAttributes({ "service.instance.id": instance });
      await new Promise((resolve) => push.export({ ...resourceMetrics, resource }, resolve));
    }
    expect(receiver.stored.map(({ key }) => key)).toEqual([
      '"instance-1/1"',
      '"instance-2/1"',
      '"instance-1/2"',
    ]);
  });
});

describe("otlp, totals", () => {
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
    await writer.push();
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
    expect(await writer.push()).toEqual({ code: 0, dropped: new Map([["rejected", 300]]) });
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
    const [dropped] = writer.receiver.points("pushmeter.push.dropped");
    expect(dropped?.attributes).toEqual([{ key: "reason", value: { stringValue: "refused" } }]);
    expect(writer.receiver.total("pushmeter.push.dropped")).toBe(1);
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
