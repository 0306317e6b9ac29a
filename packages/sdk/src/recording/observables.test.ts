import type { ObservableCallback } from "@opentelemetry/api";
import { AggregationTemporality, InMemoryMetricExporter } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import { createPushmeter } from "../index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { FakeRuntime, Receiver } from "../testing/index.ts";

/** Pushes, and shows what the last push had of a metric: the sum by the label `queue`. */
class Instance {
  readonly runtime = new FakeRuntime();
  readonly errors: unknown[] = [];
  receiver = new Receiver();
  readonly pushmeter = createPushmeter(
    {
      push: remoteWrite(
        {
          url: "http://receiver/api/v1/write",
          protocol: "1.0",
          fetch: (request) => this.receiver.fetch(request),
        },
        this.runtime,
      ),
      onError: (error) => this.errors.push(error),
    },
    this.runtime,
  );
  readonly meter = this.pushmeter.meter;

  async pushed(name: string): Promise<Record<string, number>> {
    this.receiver = new Receiver({ now: () => this.runtime.now() });
    await this.runtime.advance(1000);
    expect(await this.runtime.until(this.pushmeter.flush())).toBe(true);
    return Object.fromEntries(
      this.receiver
        .series(name)
        .map(({ labels, samples }) => [
          labels.queue ?? Object.keys(labels).join(),
          samples.at(-1)?.value ?? -1,
        ]),
    );
  }
}

describe("observable gauges", () => {
  it("of 50 sets that change never overflow (they did after 2,000 sets ever)", async () => {
    const instance = new Instance();
    let round = 0;
    instance.meter.createObservableGauge("depth").addCallback((result) => {
      for (let i = 0; i < 50; i++) result.observe(i, { queue: `${round}-${i}` });
    });
    for (; round < 50; round++) {
      const pushed = await instance.pushed("depth");
      expect(Object.keys(pushed).length).toBe(50);
      expect(pushed[`${round}-49`]).toBe(49);
    }
  });

  it("show 2,000 sets of one collection and the rest as overflow", async () => {
    const instance = new Instance();
    instance.meter.createObservableGauge("depth").addCallback((result) => {
      for (let i = 0; i < 2500; i++) result.observe(1, { queue: `${i}` });
    });
    expect(Object.keys(await instance.pushed("depth"))).toHaveLength(2000);
  });

  it("keep to what callbacks observe now: removed ones, failing ones and late ones are gone", async () => {
    const instance = new Instance();
    const gauge = instance.meter.createObservableGauge("depth");
    let failing = false;
    const [removed, fails] = [
      ((result) => result.observe(1, { queue: "removed" })) as ObservableCallback,
      ((result) => {
        result.observe(2, { queue: "fails" });
        if (failing) throw new Error("database is down");
      }) as ObservableCallback,
    ];
    gauge.addCallback(removed);
    gauge.addCallback(fails);
    gauge.addCallback(fails);
    gauge.addCallback((result) => result.observe(3, { queue: "stays" }));
    expect(await instance.pushed("depth")).toEqual({ removed: 1, fails: 2, stays: 3 });
    gauge.removeCallback(removed);
    failing = true;
    expect(await instance.pushed("depth")).toEqual({ stays: 3 });
    expect(instance.errors).toEqual([new Error("database is down")]);
  });

  it("and counters are observed together by a batch callback", async () => {
    const instance = new Instance();
    const { meter } = instance;
    const [depth, age] = [meter.createObservableGauge("depth"), meter.createObservableGauge("age")];
    const read = meter.createObservableCounter("read");
    let total = 0;
    const callback = (result: Parameters<Parameters<typeof meter.addBatchObservableCallback>[0]>[0]) => {
      total += 5;
      result.observe(depth, 1, { queue: "a" });
      result.observe(depth, 2, { queue: "b" });
      result.observe(age, Number.NaN, { queue: "a" });
      result.observe(read, total, { queue: "a" });
    };
    meter.addBatchObservableCallback(callback, [depth, age, read]);
    expect(await instance.pushed("depth")).toEqual({ a: 1, b: 2 });
    expect(await instance.pushed("age")).toEqual({ a: Number.NaN });
    expect(await instance.pushed("read_total")).toEqual({ a: 15 });
    meter.removeBatchObservableCallback(callback, [depth]);
    expect(await instance.pushed("depth")).toEqual({ a: 1, b: 2 });
    meter.removeBatchObservableCallback(callback, [read, depth, age]);
    expect(await instance.pushed("depth")).toEqual({});
    expect(await instance.pushed("read_total")).toEqual({ a: 20 });
  });

  it("take at most 3 s together; what hangs is reported and comes too late", async () => {
    const instance = new Instance();
    const { meter } = instance;
    const hanging = Promise.withResolvers<void>();
    meter.createObservableGauge("depth").addCallback(async (result) => {
      result.observe(1, { queue: "early" });
      await hanging.promise;
      result.observe(2, { queue: "late" });
    });
    meter.createObservableGauge("age").addCallback(() => new Promise(() => {}));
    meter.createObservableGauge("works").addCallback((result) => result.observe(5, { queue: "a" }));
    meter.createCounter("logins").add(1, { queue: "a" });
    const before = instance.runtime.monotonic();
    expect(await instance.pushed("works")).toEqual({ a: 5 });
    expect(instance.runtime.monotonic() - before).toBe(4000);
    expect(instance.errors).toEqual([
      new Error("pushmeter: a callback of depth took more than 3000 ms"),
      new Error("pushmeter: a callback of age took more than 3000 ms"),
    ]);
    hanging.resolve();
    expect(await instance.pushed("logins_total")).toEqual({ a: 1 });
    expect(await instance.pushed("depth")).toEqual({ early: 1, late: 2 });
  });

  it("of totals count all sets beyond the limit together", async () => {
    const instance = new Instance();
    const counter = instance.meter.createObservableCounter("read");
    let each = 1;
    counter.addCallback((result) => {
      for (let i = 0; i < 2100; i++) result.observe(each, { queue: `${i}` });
    });
    for (; each < 3; each++) {
      const pushed = Object.entries(await instance.pushed("read_total"));
      expect(pushed).toHaveLength(2000);
      expect(pushed.filter(([key]) => key.includes("overflow"))).toEqual([[expect.any(String), 101 * each]]);
    }
  });
});

describe("an invocation that is aborted while a callback waits", () => {
  it("loses nothing: the next push carries its deltas", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
    const runtime = new FakeRuntime();
    const pushmeter = createPushmeter({ push: exporter }, runtime);
    const { meter } = pushmeter;
    let isAborted = true;
    meter.createObservableGauge("depth").addCallback(() => (isAborted ? new Promise(() => {}) : undefined));
    meter.createCounter("logins").add(5);
    const { timer } = runtime;
    runtime.timer = () => () => {};
    void pushmeter.flush();
    await runtime.advance(30_000);
    runtime.timer = timer;
    isAborted = false;
    expect(exporter.getMetrics()).toEqual([]);
    expect(await runtime.until(pushmeter.flush())).toBe(true);
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics: [scope] }) => scope?.metrics ?? []);
    expect(metrics.map(({ dataPoints: [point] }) => point?.value)).toEqual([5]);
  });
});
