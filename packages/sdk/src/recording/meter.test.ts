import { describe, expect, it } from "vitest";
import { CARDINALITY_LIMIT } from "../cardinality.ts";
import { Metered } from "./metered.ts";

/** A meter and its totals. */
class Totals extends Metered {
  /** The attributes and value of each point after one more collection. */
  async points() {
    const { scopeMetrics } = await this.collect();
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value }))),
    );
  }
}

describe("the totals of a meter", () => {
  it("add up counters and histograms over collections and keep a gauge's last value", async () => {
    const metered = new Totals();
    const { meter } = metered;
    const counter = meter.createCounter("counter");
    const upDown = meter.createUpDownCounter("updown");
    const gauge = meter.createGauge("gauge");
    const histogram = meter.createHistogram("histogram", { advice: { explicitBucketBoundaries: [1, 10] } });
    for (const value of [5, 3]) {
      counter.add(value);
      upDown.add(-value);
      gauge.record(value);
      histogram.record(value);
      await metered.points();
    }
    expect((await metered.points()).map(({ value }) => value)).toEqual([
      8,
      -8,
      3,
      { count: 2, sum: 8, buckets: { boundaries: [1, 10], counts: [0, 2, 0] } },
    ]);
  });

  it("stay numbers when a counter is given NaN", async () => {
    const metered = new Totals();
    const counter = metered.meter.createCounter("counter");
    const upDown = metered.meter.createUpDownCounter("updown");
    const gauge = metered.meter.createGauge("gauge");
    for (const value of [Number.NaN, 2, Number.NaN, 3]) {
      counter.add(value);
      upDown.add(value);
      gauge.record(value);
      await metered.points();
    }
    gauge.record(Number.NaN);
    expect((await metered.points()).map(({ value }) => value)).toEqual([5, 5, Number.NaN]);
  });

  it("take what an observable counter observes as it is", async () => {
    const metered = new Totals();
    let total = 0;
    metered.meter.createObservableCounter("observed").addCallback((result) => {
      total += 10;
      result.observe(total);
    });
    for (let i = 0; i < 3; i++) await metered.points();
    expect((await metered.points()).map(({ value }) => value)).toEqual([40]);
  });

  it("forget what an observable gauge no longer observes", async () => {
    const metered = new Totals();
    const queues = ["a", "b"];
    metered.meter.createObservableGauge("depth").addCallback((result) => {
      for (const queue of queues) result.observe(1, { queue });
    });
    expect(await metered.points()).toHaveLength(2);
    queues.pop();
    expect(await metered.points()).toEqual([{ attributes: { queue: "a" }, value: 1 }]);
  });

  it("distinguish attribute sets by content, not by order or identity", async () => {
    const metered = new Totals();
    const counter = metered.meter.createCounter("counter");
    const attributes: Record<string, string> = { a: "1", b: "2" };
    counter.add(1, attributes);
    await metered.points();
    attributes.a = "changed by the caller later";
    counter.add(1, { b: "2", a: "1" });
    expect(await metered.points()).toEqual([{ attributes: { a: "1", b: "2" }, value: 2 }]);
  });

  it("hold 2,000 attribute sets of an instrument, and count the rest as overflow", async () => {
    const metered = new Totals();
    const counter = metered.meter.createCounter("counter");
    for (let i = 0; i < 10_000; i++) {
      counter.add(1, { user: i });
      if (i % 500 === 499) await metered.points();
    }
    const points = await metered.points();
    expect(points).toHaveLength(CARDINALITY_LIMIT);
    expect(points.at(-1)).toEqual({ attributes: { "otel.metric.overflow": true }, value: 10_000 - 1999 });
    expect(points.reduce((sum, { value }) => sum + (value as number), 0)).toBe(10_000);
  });
});
