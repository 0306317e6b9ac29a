import { AggregationTemporality, InstrumentType } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import { PushError } from "../index.ts";
import { Metered } from "../recording/metered.ts";
import { resourceOf } from "../resource.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { otlp } from "./index.ts";
import {
  down,
  lost,
  metricsOf,
  numberOf,
  pointsOf,
  type Received,
  Receiver,
  seqOf,
  sizeOf,
  URL,
  Writer,
  works,
} from "./writer.ts";

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

  it("loses nothing when two pushes overlap", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(5);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    writer.receiver.network = async (store) => {
      await gate;
      return works(store);
    };
    const first = writer.begin();
    await writer.runtime.settle(() => writer.receiver.requests.length === 1);
    counter.add(2);
    const second = writer.begin();
    await writer.runtime.settle(() => writer.receiver.requests.length === 2);
    open();
    const results = [await writer.runtime.until(first), await writer.runtime.until(second)];
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const once = new Map(writer.receiver.stored.map((received) => [received.key, received.body]));
    expect([...once.values()].map((body) => pointsOf(body, "logins").map(numberOf))).toEqual([[5], [2]]);
  });

  it("gives up when its time is over, though its own time-out is longer", async () => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(5);
    writer.receiver.network = () => new Promise(() => {});
    expect(await writer.push(500)).toMatchObject({ code: 1, error: { result: "timeout" } });
    expect(writer.runtime.monotonic()).toBe(500);
  });

  it("keeps the meters of two libraries apart", async () => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(5);
    writer.metered.recording.meter("library", "1.2.3").createCounter("logins").add(2);
    await writer.push();
    expect(writer.receiver.points("logins").map(numberOf)).toEqual([5, 2]);
  });

  it.each([429, 502, 503, 504])("keeps a batch that is answered %i", async (status) => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(5);
    writer.receiver.network = () => new Response("not now", { status });
    expect(await writer.push()).toEqual({ code: 1, error: expect.any(PushError), dropped: new Map() });
    writer.receiver.network = works;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins")).toBe(5);
  });

  it("begins each delta where the last one ended, to the millisecond", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    const times: (readonly [start: number, end: number])[] = [];
    for (const pause of [0, 1000.4, 0, 5000]) {
      counter.add(1);
      await writer.push();
      await writer.runtime.advance(pause);
    }
    for (const { startTimeUnixNano, timeUnixNano } of writer.receiver.points("logins")) {
      times.push([Number(startTimeUnixNano), Number(timeUnixNano)]);
    }
    expect(times).toHaveLength(4);
    for (const [i, [start, end]] of times.slice(1).entries()) {
      expect(start).toBe(times[i]?.[1]);
      expect(end).toBeGreaterThan(start);
    }
  });

  it.each([302, 400, 401, 413, 415, 500, 501, 505, 507])(
    "drops and counts what is refused with %i, and goes on",
    async (status) => {
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
    },
  );

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

  it("stays bounded while the receiver is down, and loses no count", { timeout: 30_000 }, async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    writer.receiver.network = down;
    for (let i = 0; i < 3000; i++) {
      counter.add(1, { user: i });
      if (i % 300 === 299) await writer.push();
    }
    writer.receiver.network = works;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins")).toBe(3000);
    const points = writer.receiver.points("logins");
    // The batch that was under way, and what one instrument may hold.
    expect(points.length).toBeLessThanOrEqual(300 + 2000);
    const overflow = points.filter(({ attributes }) => attributes[0]?.key === "otel.metric.overflow");
    expect(overflow.map(numberOf)).toEqual([3000 - points.length + 1]);
  });

  it("numbers the batches of each instance for itself", async () => {
    const runtime = new FakeRuntime();
    const receiver = new Receiver();
    const push = otlp(
      { url: URL, protocol: "http/json", temporality: "delta", gzip: false, fetch: receiver.fetch },
      runtime,
    );
    for (const instance of ["a", "b", "a"]) {
      const metered = new Metered();
      metered.meter.createCounter("logins").add(1);
      const resource = resourceOf({ "service.instance.id": instance });
      const metrics = await metered.collect(resource, AggregationTemporality.DELTA);
      await new Promise((resolve) => push.export(metrics, resolve));
    }
    expect(receiver.stored.map(({ key }) => key)).toEqual([
      '"instance-1/1"',
      '"instance-2/1"',
      '"instance-1/2"',
    ]);
  });
});
