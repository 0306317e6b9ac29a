import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import type { PushResult } from "../destination.ts";
import { Metered } from "../recording/metered.ts";
import { resourceOf } from "../resource.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Receiver } from "../testing/index.ts";
import { remoteWrite } from "./index.ts";

const resource = resourceOf({ "service.name": "courses", "service.instance.id": "i-1" });

/** One instance that pushes to a receiver over a network that a test may break. */
class Writer {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly #metered = new Metered({ runtime: this.runtime });
  readonly meter = this.#metered.meter;
  /** What happens to a request; the default delivers it. */
  network = (request: Request): Promise<Response> => this.receiver.fetch(request);
  readonly #destination = remoteWrite(
    {
      url: "http://receiver/api/v1/write",
      fetch: (request) => this.network(request),
      timeout: 5000,
      protocol: "1.0",
    },
    this.runtime,
  );

  collect(): Promise<ResourceMetrics> {
    return this.#metered.collect(resource);
  }

  async push(): Promise<PushResult> {
    return this.export(await this.collect());
  }

  async export(metrics: ResourceMetrics): Promise<PushResult> {
    return this.runtime.until(new Promise((resolve) => this.#destination.export(metrics, resolve)));
  }

  samples(name: string): number[] {
    return this.receiver.series(name).flatMap(({ samples }) => samples.map(({ value }) => value));
  }
}

/** The receiver stores the request, but the answer never arrives. */
const loseAnswer = (writer: Writer) => async (request: Request) => {
  await writer.receiver.fetch(request);
  throw new TypeError("connection reset");
};
const loseRequest = () => Promise.reject(new TypeError("connection refused"));

describe("remoteWrite", () => {
  it("sends a zero once per series before the first value, at the time of the first recording", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    for (const total of [5, 8, 9]) {
      counter.add(total === 5 ? 5 : total === 8 ? 3 : 1);
      await writer.push();
      await writer.runtime.advance(15_000);
    }
    expect(writer.samples("logins_total")).toEqual([0, 5, 8, 9]);
    const [zero, value] = writer.receiver.series("logins_total")[0]?.samples ?? [];
    expect(zero?.timestamp).toBeLessThan(value?.timestamp as number);
  });

  it("sends zeros for every series of a histogram, and none for gauges and observed totals", async () => {
    const writer = new Writer();
    writer.meter.createHistogram("size", { advice: { explicitBucketBoundaries: [1] } }).record(0.5);
    writer.meter.createGauge("level").record(7);
    writer.meter.createUpDownCounter("open").add(3);
    writer.meter.createObservableCounter("seen").addCallback((result) => result.observe(1000));
    await writer.push();
    expect(
      ["size_bucket", "size_sum", "size_count", "level", "open", "seen_total"].map((n) => writer.samples(n)),
    ).toEqual([[0, 1, 0, 1], [0, 0.5], [0, 1], [7], [3], [1000]]);
  });

  it("never sends two samples of a series at one time or backwards, though the clock stands or jumps back", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    const start = writer.runtime.now();
    for (const now of [start, start, start - 60_000, start + 1]) {
      counter.add(1);
      writer.runtime.now = () => now;
      expect(await writer.push()).toMatchObject({ code: 0 });
    }
    const times = writer.receiver.series("logins_total")[0]?.samples.map(({ timestamp }) => timestamp) ?? [];
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(writer.receiver.total("logins_total")).toBe(4);
  });

  it("gives series that appear later their zero", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(1, { result: "success" });
    await writer.push();
    await writer.runtime.advance(5000);
    counter.add(2, { result: "failure" });
    await writer.push();
    expect(
      writer.receiver.series("logins_total").map(({ samples }) => samples.map(({ value }) => value)),
    ).toEqual([
      [0, 1, 1],
      [0, 2],
    ]);
  });

  it("makes good with the next push what a failed one did not deliver, its zero included", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(5);
    writer.network = loseRequest;
    expect(await writer.push()).toMatchObject({ code: 1, error: { result: "unreachable" } });
    writer.network = (request) => writer.receiver.fetch(request);
    counter.add(1);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([0, 6]);
  });

  it("takes a refusal of its zero after a lost answer for what it is: delivered", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(5);
    const deliver = writer.network;
    let attempts = 0;
    writer.network = (request) => (++attempts === 1 ? loseAnswer(writer)(request) : deliver(request));
    expect(await writer.push()).toMatchObject({ code: 0 });
    counter.add(1);
    await writer.runtime.advance(5000);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([0, 5, 6]);
  });

  it("does so in a later push too, and keeps the zeros of series that are new in it", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    const deliver = writer.network;
    counter.add(5, { result: "success" });
    writer.network = loseAnswer(writer);
    expect(await writer.push()).toMatchObject({ code: 1 });
    writer.network = deliver;
    counter.add(2, { result: "failure" });
    await writer.runtime.advance(5000);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(
      writer.receiver.series("logins_total").map(({ samples }) => samples.map(({ value }) => value)),
    ).toEqual([
      [0, 5, 5],
      [0, 2],
    ]);
  });

  it("tells a refusal that has nothing to do with zeros, once, and does not send again", async () => {
    const writer = new Writer();
    let requests = 0;
    writer.network = async () => {
      requests++;
      return new Response("out of bounds", { status: 400 });
    };
    writer.meter.createCounter("logins").add(1);
    const { error } = await writer.push();
    expect(error?.message).toBe(
      "remoteWrite to http://receiver/api/v1/write: refused with 400: out of bounds",
    );
    // The zero once more alone, and the value.
    expect(requests).toBe(3);
  });

  it("keeps the series of instances apart that share one destination", async () => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(1);
    for (const id of ["i-1", "i-2"]) {
      const metrics = await writer.collect();
      const shared = resourceOf({ "service.name": "courses", "service.instance.id": id });
      expect(await writer.export({ ...metrics, resource: shared })).toMatchObject({ code: 0 });
    }
    const series = writer.receiver.series("logins_total");
    expect(series.map(({ labels, samples }) => [labels.instance, samples.map(({ value }) => value)])).toEqual(
      [
        ["i-1", [0, 1]],
        ["i-2", [0, 1]],
      ],
    );
  });

  it("sends nothing when there is nothing to send", async () => {
    const writer = new Writer();
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.accepted).toBe(0);
  });

  it("labels series with job and instance, and keeps attributes of these names beside them", async () => {
    const writer = new Writer();
    const attributes = {
      job: "mine",
      instance: "mine",
      le: "mine",
      empty: "",
      "a.b": "1",
      a_b: "2",
      list: ["x", "y"],
    };
    writer.meter.createCounter("logins").add(1, attributes);
    await writer.push();
    expect(writer.receiver.series("logins_total")[0]?.labels).toEqual({
      job: "courses",
      instance: "i-1",
      exported_job: "mine",
      exported_instance: "mine",
      exported_le: "mine",
      a_b: "1;2",
      list: '["x","y"]',
    });
  });

  it("makes one series of attribute sets that Prometheus cannot tell apart, and adds them up", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(1, { "a.b": "x" });
    counter.add(2, { a_b: "x" });
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([0, 3]);
  });

  it("drops, with a count, what would make two types of one name", async () => {
    const writer = new Writer();
    writer.meter.createGauge("logins.total").record(7);
    writer.meter.createHistogram("logins.total").record(7);
    const result = await writer.push();
    expect(result).toMatchObject({ code: 0 });
    expect([...(result.dropped ?? [])]).toEqual([["type_conflict", 1]]);
  });
});
