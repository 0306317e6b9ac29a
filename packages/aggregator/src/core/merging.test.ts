import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { AggregationType, MeterProvider } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import { DeltaReader, FakeObject, Sender } from "../testing/simulation.ts";
import { BadInput, type Batch, decode, encodeCompact, keyOf, Shard } from "./index.ts";

const NOW = 1_700_000_000_000;

/** What a shard has of a metric. */
function valuesOf(shard: Shard, name: string) {
  return [...shard.series].filter(({ metric }) => metric.name === name).map(({ value }) => value);
}

function rejected(shard: Shard): Record<string, unknown> {
  const own = [...shard.series].filter(({ metric }) => metric.name === "pushmeter.aggregator.rejected");
  return Object.fromEntries(own.map(({ attributes, value }) => [String(attributes.reason), value]));
}

/** One resource's metrics in OTLP/JSON. */
function otlp(metrics: object[]): Batch {
  const body = JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics }] }] });
  return decode("json", new TextEncoder().encode(body))[0] as Batch;
}

const timeUnixNano = `${NOW}000000`;
const histogram = (...dataPoints: object[]) => ({
  name: "size",
  histogram: {
    aggregationTemporality: 1,
    dataPoints: dataPoints.map((point) => ({ timeUnixNano, ...point })),
  },
});

/** Counters of these names, one each. */
function counters(names: string[], value = 1, attributes = {}): Batch {
  const points = names.map((name) => ({
    metric: { scope: "", scopeVersion: "", name, unit: "", description: "", kind: "counter" as const },
    key: keyOf(attributes),
    time: NOW,
    value,
    cumulative: false,
  }));
  return { resource: {}, rejected: new Map(), points };
}

describe("OTLP", () => {
  const sum = (point: object, more: object = {}) => ({
    name: "logins",
    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ timeUnixNano, ...point }], ...more },
  });

  it.each<[string, object, RegExp]>([
    ["a point without a time", sum({ asInt: "1", timeUnixNano: "0" }), /a point has no time/],
    ["a metric without a name", { ...sum({ asInt: "1" }), name: "" }, /a metric has no name/],
    ["an unspecified temporality", sum({ asInt: "1" }, { aggregationTemporality: 0 }), /unspecified/],
    ["totals", sum({ asInt: "1" }, { aggregationTemporality: 2 }), /cumulative temporality/],
    ["a negative delta", sum({ asInt: "-1" }), /negative delta -1/],
    [
      "buckets that do not add up",
      histogram({ count: "3", bucketCounts: ["1", "1"], explicitBounds: [1] }),
      /do not add up/,
    ],
    [
      "bounds in disorder",
      histogram({ count: "1", bucketCounts: ["1", "0", "0"], explicitBounds: [2, 1] }),
      /do not increase/,
    ],
    [
      "too few buckets",
      histogram({ count: "1", bucketCounts: ["1"], explicitBounds: [1] }),
      /1 bucket counts for 1 bounds/,
    ],
  ])("with %s is refused", (_, metric, message) => {
    expect(() => otlp([metric])).toThrow(message);
  });

  it("takes up-down counters as deltas and as totals", () => {
    const shard = new Shard();
    const updown = (asInt: string, aggregationTemporality: number) =>
      otlp([sum({ asInt }, { aggregationTemporality, isMonotonic: false })]);
    shard.merge({ instance: "a", seq: 1 }, updown("5", 1), NOW);
    shard.merge({ instance: "a", seq: 2 }, updown("-2", 1), NOW);
    expect(valuesOf(shard, "logins")).toEqual([3]);
    shard.merge({ instance: "a", seq: 3 }, updown("10", 2), NOW);
    shard.merge({ instance: "b", seq: 1 }, updown("1", 2), NOW);
    shard.merge({ instance: "a", seq: 4 }, updown("4", 2), NOW);
    expect(valuesOf(shard, "logins")).toEqual([5]);
  });
});

describe("the SDK's own encoding", () => {
  it("says what OTLP says, and what it leaves out", async () => {
    const reader = new DeltaReader();
    const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const;
    const views = [{ instrumentName: "exponential", aggregation }];
    const provider = new MeterProvider({ readers: [reader], views });
    const meter = provider.getMeter("app", "1.2.3");
    meter.createCounter("logins", { unit: "1", description: "x" }).add(2, { b: 1, a: "ü" });
    meter.createUpDownCounter("open").add(-3);
    meter.createGauge("level").record(4);
    meter.createGauge("broken").record(Number.NaN);
    meter.createHistogram("size").record(7);
    meter.createHistogram("exponential").record(7);
    const { resourceMetrics } = await reader.collect();
    const [own] = decode("compact", encodeCompact(resourceMetrics));
    const [standard] = decode(
      "protobuf",
      ProtobufMetricsSerializer.serializeRequest(resourceMetrics) as Uint8Array,
    );
    expect(Object.fromEntries(own?.rejected ?? [])).toEqual({ not_a_number: 1, exponential_histogram: 1 });
    expect(own?.rejected).toEqual(standard?.rejected);
    const [a, b] = [new Shard(), new Shard()];
    a.merge({ instance: "a", seq: 1 }, own as Batch, NOW);
    b.merge({ instance: "a", seq: 1 }, standard as Batch, NOW);
    for (const name of ["logins", "open", "level"])
      expect(valuesOf(a, name), name).toEqual(valuesOf(b, name));
    expect(valuesOf(a, "size")).toMatchObject(valuesOf(b, "size"));
    expect([...a.series].map(({ metric, attributes }) => [metric, attributes])).toEqual(
      [...b.series].map(({ metric, attributes }) => [metric, attributes]),
    );
  });

  it("is refused when it is something else", () => {
    for (const text of ["", "{}", "[]", '{"metrics":[{}]}', '{"metrics":[{"points":[null]}]}']) {
      expect(() => decode("compact", new TextEncoder().encode(text)), text).toThrow(BadInput);
    }
  });
});

describe("a shard", () => {
  it("keeps points of one metric with other bounds apart", () => {
    const shard = new Shard();
    const a = { count: "1", bucketCounts: ["1", "0"], explicitBounds: [1] };
    const b = { count: "2", bucketCounts: ["2", "0"], explicitBounds: [5] };
    shard.merge({ instance: "a", seq: 1 }, otlp([histogram(a, b)]), NOW);
    expect(valuesOf(shard, "size")).toMatchObject([
      { count: 1, buckets: { boundaries: [1], counts: [1, 0] } },
      { count: 2, buckets: { boundaries: [5], counts: [2, 0] } },
    ]);
  });

  it("has no sum of a histogram of which one part has none", () => {
    const shard = new Shard();
    const buckets = { count: "1", bucketCounts: ["1", "0"], explicitBounds: [1] };
    shard.merge({ instance: "a", seq: 1 }, otlp([histogram({ ...buckets, sum: 1 })]), NOW);
    shard.merge({ instance: "a", seq: 2 }, otlp([histogram(buckets)]), NOW);
    expect(valuesOf(shard, "size")).toEqual([{ count: 2, buckets: { boundaries: [1], counts: [2, 0] } }]);
  });

  it("leaves out points that say that a series has ended", () => {
    const ended = { count: "0", flags: 1 };
    expect(otlp([histogram(ended)])).toMatchObject({ points: [], rejected: new Map() });
  });

  it("counts the points that it cannot add up, and tells the sender", () => {
    const shard = new Shard();
    const points = { dataPoints: [{ timeUnixNano }, { timeUnixNano }] };
    const batch = otlp([
      { name: "exponential", exponentialHistogram: { ...points, aggregationTemporality: 1 } },
      { name: "old", summary: points },
      { name: "none", gauge: points },
      histogram({ count: "1", bucketCounts: ["1"], sum: "NaN" }),
    ]);
    expect(Object.fromEntries(batch.rejected)).toEqual({
      exponential_histogram: 2,
      summary: 2,
      not_a_number: 3,
    });
    shard.merge({ instance: "a", seq: 1 }, batch, NOW);
    expect(rejected(shard)).toEqual({ exponential_histogram: 2, summary: 2, not_a_number: 3 });
  });

  it("stays finite and can be stored, whatever is added", () => {
    const shard = new Shard();
    for (const seq of [1, 2]) {
      shard.merge({ instance: "a", seq }, counters(["logins"], Number.MAX_VALUE), NOW);
    }
    const woken = new Shard();
    woken.restore(shard.saveHead(), JSON.parse(JSON.stringify([...shard.records()])));
    expect(valuesOf(woken, "logins")).toEqual([Number.MAX_VALUE]);
  });

  it("has room for a thousand metrics, twenty thousand series and as many instances", () => {
    const shard = new Shard();
    const names = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `m${from + i}`);
    shard.merge({ instance: "a", seq: 1 }, counters(names(2000)), NOW);
    expect(rejected(shard).too_many_metrics).toBeGreaterThan(990);
    for (let set = 0; set < 30; set++) {
      shard.merge({ instance: "a", seq: 2 + set }, counters(names(900), 1, { set }), NOW);
    }
    // Each metric's overflow, where it has one, comes on top.
    expect(shard.series.size).toBeLessThanOrEqual(20_000 + 1_000);
    // What is left out is still counted by its reason.
    shard.merge({ instance: "b", seq: 1 }, { ...counters([]), rejected: new Map([["summary", 7]]) }, NOW);
    expect(rejected(shard).summary).toBe(7);
    const total = valuesOf(shard, "m5").reduce<number>((sum, value) => sum + Number(value), 0);
    expect(total).toBe(31);
    for (let i = 0; i < 20_100; i++) shard.merge({ instance: `i${i}`, seq: 1 }, counters([]), NOW + i);
    expect(shard.instances).toBe(20_000);
    expect(shard.isKnown({ instance: "i20099", seq: 1 })).toBe(true);
  });

  it("recognises a body without a number for ten minutes, after an eviction too", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    sender.meter.createCounter("logins").add(1);
    const [, body] = await sender.batch(object.runtime.now());
    expect(object.push({ digest: "x" }, body)).toBe("stored");
    await object.nextHeartbeat();
    object.restart();
    await object.runtime.advance(500_000);
    // Others' batches come and go.
    object.push({ digest: "y" }, body);
    expect(object.push({ digest: "x" }, body)).toBe("duplicate");
    await object.runtime.advance(601_000);
    object.push({ digest: "z" }, body);
    expect(object.push({ digest: "x" }, body)).toBe("stored");
  });

  it("forgets an instance's part of an up-down counter with the instance", async () => {
    const object = new FakeObject();
    const [gone, other] = [new Sender("gone"), new Sender("other")];
    gone.meter.createUpDownCounter("open").add(5);
    object.push(...(await gone.batch(object.runtime.now())));
    await object.runtime.advance(6 * 3_600_000 + 1);
    other.meter.createCounter("logins").add(1);
    object.push(...(await other.batch(object.runtime.now())));
    expect(valuesOf(object.shard, "open")).toEqual([0]);
  });

  it("keeps a gauge's time over an eviction, so that nothing older replaces it", async () => {
    const object = new FakeObject();
    const [a, b] = [new Sender("a"), new Sender("b")];
    a.meter.createGauge("level").record(1);
    b.meter.createGauge("level").record(2);
    object.push(...(await b.batch(object.runtime.now() + 2000)));
    await object.nextHeartbeat();
    object.restart();
    object.push(...(await a.batch(object.runtime.now() - 60_000)));
    expect(valuesOf(object.shard, "level")).toEqual([2]);
  });
});
