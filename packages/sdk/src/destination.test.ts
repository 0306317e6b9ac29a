import { AggregationTemporality, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import type { PushResult } from "./destination.ts";
import { createPushmeter, type Destination } from "./index.ts";
import { otlp } from "./otlp/index.ts";
import { pushgateway } from "./pushgateway/index.ts";
import { remoteWrite } from "./remote-write/index.ts";
import { resourceOf } from "./resource.ts";
import { FakeRuntime, Receiver } from "./testing/index.ts";

type Fetch = (request: Request) => Promise<Response>;

const DESTINATIONS: [string, (fetch: Fetch, runtime: FakeRuntime) => Destination][] = [
  ["remoteWrite", (fetch, runtime) => remoteWrite({ url: "http://receiver/api/v1/write", fetch }, runtime)],
  ["pushgateway", (fetch, runtime) => pushgateway({ url: "http://gateway", fetch, gzip: false }, runtime)],
  [
    "otlp with totals",
    (fetch, runtime) =>
      otlp({ url: "http://receiver/v1/metrics", fetch, gzip: false, temporality: "cumulative" }, runtime),
  ],
  [
    "otlp with deltas",
    (fetch, runtime) =>
      otlp({ url: "http://receiver/v1/metrics", fetch, gzip: false, temporality: "delta" }, runtime),
  ],
];

/** Another vendor's reader, of one instance, that exports on demand. */
class Reader extends MetricReader {
  readonly resource;
  readonly counter;
  readonly #destination: Destination;

  constructor(destination: Destination, temporality?: AggregationTemporality, instance = "i-1") {
    super({
      aggregationTemporalitySelector: (type) =>
        temporality ?? destination.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE,
    });
    this.#destination = destination;
    this.resource = resourceOf({ "service.name": "courses", "service.instance.id": instance });
    const provider = new MeterProvider({ resource: this.resource, readers: [this] });
    this.counter = provider.getMeter("theirs").createCounter("logins");
  }

  async export(): Promise<PushResult> {
    const { resourceMetrics } = await this.collect();
    return new Promise((resolve) => this.#destination.export(resourceMetrics, resolve));
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

describe.each(DESTINATIONS)("%s in another vendor's reader", (_, make) => {
  function start(fetch: Fetch = async () => new Response(null, { status: 204 })) {
    const runtime = new FakeRuntime();
    let requests = 0;
    const counted: Fetch = (request) => {
      requests++;
      return fetch(request);
    };
    return { runtime, destination: make(counted, runtime), requests: () => requests };
  }

  it("exports nothing after shutdown, and a second shutdown does nothing", async () => {
    const { runtime, destination, requests } = start();
    const reader = new Reader(destination);
    reader.counter.add(1);
    expect(await runtime.until(reader.export())).toMatchObject({ code: 0 });
    await runtime.until(destination.shutdown());
    const ended = requests();
    reader.counter.add(1);
    expect(await runtime.until(reader.export())).toMatchObject({
      code: 1,
      error: { message: "pushmeter: nothing is exported after shutdown" },
    });
    await runtime.until(destination.shutdown());
    expect(requests()).toBe(ended);
  });

  it("goes on for the other instances that share it when one shuts down", async () => {
    const { runtime, destination } = start();
    const [one, two] = [new Reader(destination), new Reader(destination, undefined, "i-2")];
    for (const reader of [one, two]) {
      reader.counter.add(1);
      await runtime.until(reader.export());
    }
    await runtime.until(destination.shutdown({ instance: "i-1" }));
    for (const reader of [one, two]) reader.counter.add(1);
    expect(await runtime.until(one.export())).toMatchObject({ code: 1 });
    expect(await runtime.until(two.export())).toMatchObject({ code: 0 });
  });

  it("forceFlush waits for what is under way", async () => {
    const answer = Promise.withResolvers<Response>();
    const { runtime, destination } = start(() => answer.promise);
    const reader = new Reader(destination);
    reader.counter.add(1);
    const order: string[] = [];
    const exported = reader.export().then(() => order.push("exported"));
    await runtime.settle();
    const flushed = destination.forceFlush().then(() => order.push("flushed"));
    await runtime.settle();
    expect(order).toEqual([]);
    answer.resolve(new Response(null, { status: 204 }));
    await runtime.until(Promise.all([exported, flushed]));
    expect(order).toEqual(["exported", "flushed"]);
  });

  it("refuses deltas for totals and totals for deltas (they were written as they came)", async () => {
    const { runtime, destination, requests } = start();
    const own = destination.selectAggregationTemporality?.("COUNTER" as never);
    const isDelta = own === AggregationTemporality.DELTA;
    const other = isDelta ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA;
    const reader = new Reader(destination, other);
    reader.counter.add(1);
    expect(await runtime.until(reader.export())).toMatchObject({
      code: 1,
      error: {
        message: expect.stringContaining(isDelta ? "takes deltas" : "takes totals"),
      },
    });
    expect(requests()).toBe(0);
  });
});

describe("shutdown of a pushmeter", () => {
  it("ends its series once, also when it is called twice at the same time", async () => {
    const runtime = new FakeRuntime();
    const receiver = new Receiver({ now: () => runtime.now() });
    const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch: receiver.fetch }, runtime);
    const pushmeter = createPushmeter({ service: "courses", push }, runtime);
    pushmeter.meter.createCounter("logins").add(1);
    await runtime.until(Promise.all([pushmeter.shutdown(), pushmeter.shutdown()]));
    const samples = receiver.series("logins_total").flatMap(({ samples }) => samples);
    expect(samples.map(({ value, stale }) => (stale ? "stale" : value))).toEqual([0, 1, "stale"]);
  });
});
