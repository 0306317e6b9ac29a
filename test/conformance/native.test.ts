/** prometheus/compliance, remotewrite/sender: native histograms; and what a receiver gets that takes none. */

import type { ExponentialHistogram, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { describe, expect, it } from "vitest";
import type { Histogram, TimeSeries } from "./decode.ts";
import { nameOf, Sender, stored, version, written } from "./sender.ts";

const NONE = { offset: 0, bucketCounts: [] };
const REFUSAL = "native histograms are disabled";

class NativeSender extends Sender {
  constructor(protocol: "auto" | "1.0" | "2.0" = "2.0") {
    super({ protocol, histograms: nativeHistograms() });
  }

  record(...values: number[]): this {
    const histogram = this.meter.createHistogram("rpc.duration", {
      unit: "s",
      advice: { explicitBucketBoundaries: [0.1, 1, 10] },
    });
    for (const value of values) histogram.record(value);
    return this;
  }

  /** The native histogram of the next push. */
  async histogram(): Promise<Histogram> {
    return (await this.one("rpc_duration_seconds")).histograms.at(-1) as Histogram;
  }

  /** What comes of a histogram that the SDK itself would not make. */
  async sent(histogram: Partial<ExponentialHistogram>): Promise<Histogram> {
    await this.export(await this.collected(histogram));
    return this.requests.at(-1)?.timeseries[0]?.histograms.at(-1) as Histogram;
  }

  async collected(histogram: Partial<ExponentialHistogram>): Promise<ResourceMetrics> {
    const { resourceMetrics } = await this.record(1).reader.collect();
    const [data] = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
    const empty = { count: 0, sum: 0, scale: 0, zeroCount: 0, positive: NONE, negative: NONE };
    Object.assign(data?.dataPoints[0] ?? {}, { value: { ...empty, ...histogram } });
    return resourceMetrics;
  }
}

describe("TestHistogramEncoding", () => {
  it("native_histogram_structure", async () => {
    const sender = new NativeSender().record(0.5, 5, 50);
    const { timeseries } = await sender.request();
    expect(timeseries.map(({ labels }) => nameOf(labels))).toEqual(["rpc_duration_seconds"]);
    const [{ samples, histograms, metadata, created }] = timeseries as [TimeSeries];
    expect([samples, metadata?.type]).toEqual([[], 3]);
    const [empty, { count, sum, start, timestamp }] = histograms as [Histogram, Histogram];
    expect([empty.count, empty.timestamp]).toEqual([0, created]);
    expect([count, sum, start]).toEqual([3, 55.5, created]);
    expect(start).toBeLessThan(timestamp);
  });

  it("histogram_positive_buckets", async () => {
    // At scale 0 a bucket is a power of two, by its upper bound: (0.5, 1], (1, 2], (2, 4], and (512, 1024].
    const positive = { offset: -1, bucketCounts: [3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7] };
    expect((await new NativeSender().sent({ count: 11, positive })).positive).toEqual(
      new Map([
        [0, 3],
        [1, 1],
        [10, 7],
      ]),
    );
    const { schema, positive: recorded } = await new NativeSender().record(0.9, 1, 1.1, 1000).histogram();
    for (const [value, count] of [
      [0.9, 1],
      [1, 1],
      [1.1, 1],
      [1000, 1],
    ] as const) {
      expect(recorded.get(Math.ceil(Math.log2(value) * 2 ** schema))).toBe(count);
    }
    expect(recorded.size).toBe(4);
  });

  it("histogram_negative_buckets", async () => {
    const negative = { offset: 2, bucketCounts: [5, 6] };
    const { negative: sent, positive } = await new NativeSender().sent({ count: 11, negative });
    expect([sent, positive]).toEqual([
      new Map([
        [3, 5],
        [4, 6],
      ]),
      new Map(),
    ]);
  });

  it("histogram_zero_bucket", async () => {
    expect(await new NativeSender().record(0, 0, 1).histogram()).toMatchObject({
      zeroCount: 2,
      count: 3,
      zeroThreshold: 0,
    });
  });

  it("histogram_schema", async () => {
    // The SDK begins at scale 20, which Prometheus 3.5 stores and cannot query.
    expect(await new NativeSender().record(1, 1.0001).histogram()).toMatchObject({ schema: 8 });
    // 15 octaves and 160 buckets.
    const { schema, positive } = await new NativeSender().record(0.001, 30).histogram();
    expect(schema).toBe(3);
    expect([...positive.values()]).toEqual([1, 1]);
    // All that a double can be.
    expect(await new NativeSender().record(5e-324, 1.7e308).histogram()).toMatchObject({
      schema: -4,
      count: 2,
    });
  });
});

describe("a native histogram's life", () => {
  it.each(["1.0", "auto"] as const)("begins with an empty one, protocol %s", async (protocol) => {
    const sender = new NativeSender(protocol).record(1, 2);
    const first = await sender.one("rpc_duration_seconds");
    expect(first.samples).toEqual([]);
    expect(first.histograms.map(({ count, schema }) => [count, schema])).toEqual([
      [0, 7],
      [2, 7],
    ]);
    const [zero, value] = first.histograms as [Histogram, Histogram];
    expect(zero.timestamp).toBeLessThan(value.timestamp);
    const { histograms } = await sender.record(3).one("rpc_duration_seconds");
    expect(histograms.map(({ count, sum }) => [count, sum])).toEqual([[3, 6]]);
  });

  it("adds up as it becomes coarser", async () => {
    const sender = new NativeSender().record(1, 1.001);
    const fine = await sender.histogram();
    const coarse = await sender.record(1e-9, 1e9).histogram();
    expect(fine.schema).toBe(8);
    expect(coarse.schema).toBeLessThan(3);
    expect([...coarse.positive.values()].reduce((a, b) => a + b)).toBe(4);
  });

  it("ends with a stale marker", async () => {
    const sender = new NativeSender().record(1);
    await sender.push();
    await sender.runtime.until(sender.destination.shutdown());
    const [{ samples, histograms }] = (sender.requests.at(-1)?.timeseries ?? []) as [TimeSeries];
    expect([samples, histograms.map(({ sum, positive }) => [sum, positive.size])]).toEqual([
      [],
      [[Number.NaN, 0]],
    ]);
  });
});

describe("a receiver that refuses native histograms", () => {
  it.each([
    ["1.0", 500],
    ["auto", 500],
    ["2.0", 500],
    ["auto", 400],
  ] as const)(
    "gets classic ones in the same push and from then on, protocol %s, %i",
    async (protocol, status) => {
      const sender = new NativeSender(protocol).record(0.05, 0.5, 5, 50).counter();
      sender.answer = (request) =>
        request.timeseries.some(({ histograms }) => histograms.length)
          ? new Response(REFUSAL, { status, headers: version(request) === "2.0.0" ? written(0) : {} })
          : stored(request);
      expect(await sender.push()).toMatchObject({ code: 0 });
      const { timeseries } = sender.requests.at(-1) as Sender["requests"][0];
      const values = Object.fromEntries(
        timeseries.map(({ labels, samples }) => [
          `${nameOf(labels)} ${labels.find(([name]) => name === "le")?.[1] ?? ""}`.trim(),
          samples.at(-1)?.value,
        ]),
      );
      expect(values).toEqual({
        test_counter_total: 1,
        rpc_duration_seconds_count: 4,
        rpc_duration_seconds_sum: 55.55,
        "rpc_duration_seconds_bucket 0.1": 1,
        "rpc_duration_seconds_bucket 1.0": 2,
        "rpc_duration_seconds_bucket 10.0": 3,
        "rpc_duration_seconds_bucket +Inf": 4,
      });
      const before = sender.requests.length;
      await sender.record(1).push();
      await sender.runtime.until(sender.destination.shutdown());
      const later = sender.requests.slice(before);
      expect(later).toHaveLength(2);
      expect(later.flatMap(({ timeseries }) => timeseries.flatMap(({ histograms }) => histograms))).toEqual(
        [],
      );
    },
  );

  it("never gets a bucket that goes down, though exponential ones become coarser", async () => {
    const sender = new NativeSender("1.0");
    sender.answer = (request) =>
      request.timeseries.some(({ histograms }) => histograms.length)
        ? new Response(REFUSAL, { status: 500 })
        : stored(request);
    const buckets = async () =>
      (await sender.series("rpc_duration_seconds_bucket")).map(({ samples }) => samples.at(-1)?.value ?? 0);
    let before = await sender.record(0.05).one("rpc_duration_seconds_count").then(buckets);
    // Just below a bound, and then so far away that the bucket reaches beyond it.
    for (const value of [0.0999, 0.999, 9.99, 1e-6, 1e6, 1e-30, 1e30, 1e-300, 1e300]) {
      sender.record(value);
      const after = await buckets();
      for (const [i, count] of before.entries()) expect(after[i]).toBeGreaterThanOrEqual(count);
      expect(after).toEqual([...after].sort((a, b) => a - b));
      before = after;
    }
    expect(before.at(-1)).toBe(10);
  });

  it("is told apart from one that is down: that is tried again", async () => {
    const sender = new NativeSender("2.0").record(1);
    sender.answer = (request, n) => (n === 1 ? new Response("disk full", { status: 500 }) : stored(request));
    expect(await sender.push()).toMatchObject({ code: 0 });
    // With its opening, the opening alone, the value alone.
    expect(sender.requests.map(({ timeseries }) => timeseries[0]?.histograms.length)).toEqual([2, 1, 1]);
  });
});

it("exponential histograms of another SDK become classic ones where native ones are not asked for", async () => {
  const sender = new Sender();
  // (1, 2] and (-2, -1], with most of the first above a bound that goes through it.
  const histogram = {
    count: 9,
    zeroCount: 1,
    positive: { offset: 0, bucketCounts: [5] },
    negative: { offset: 0, bucketCounts: [3] },
  };
  expect(await sender.export(await new NativeSender().collected(histogram))).toMatchObject({ code: 0 });
  const values = sender.requests[0]?.timeseries.map(({ labels, samples }) => [
    nameOf(labels),
    samples.at(-1)?.value,
  ]);
  expect(values).toEqual([
    ["rpc_duration_seconds_bucket", 4],
    ["rpc_duration_seconds_bucket", 4],
    ["rpc_duration_seconds_bucket", 9],
    ["rpc_duration_seconds_bucket", 9],
    ["rpc_duration_seconds_sum", 0],
    ["rpc_duration_seconds_count", 9],
  ]);
});
