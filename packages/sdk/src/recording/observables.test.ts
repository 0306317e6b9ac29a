import type { ObservableCallback } from "@opentelemetry/api";
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
    meter.removeBatchObservableCallback(callback, [depth, age, read]);
    expect(await instance.pushed("depth")).toEqual({});
    expect(await instance.pushed("read_total")).toEqual({ a: 15 });
  });
});
