import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { AggregationType, MeterProvider } from "@opentelemetry/sdk-metrics";
import { keyOf } from "@pushmeter/sdk/prometheus";
import { describe, expect, it } from "vitest";
import { DeltaReader, FakeObject, Sender } from "../testing/simulation.ts";
import { encodeCompact } from "./compact.ts";
import { BadInput, type Batch } from "./model.ts";
import { decode } from "./otlp.ts";
import { Shard } from "./shard.ts";

const NOW = 1_700_000_000_000;

/** What a shard has of a metric. */
function valuesOf(shard: Shard, name: string) {
  return [...shard.series].filter(({ family }) => family.name === name).map(({ value }) => value);
}

function rejected(shard: Shard): Record<string, unknown> {
  const own = [...shard.series].filter(({ family }) => family.name === "pushmeter.aggregator.rejected");
  return Object.fromEntries(own.map(({ labels, value }) => [String(labels.reason), value]));
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
    start: 0,
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

  it.each<[string, object, string]>([
    ["without a time", sum({ asInt: "1", timeUnixNano: "0" }), "no_time"],
    ["without a name", { ...sum({ asInt: "1" }), name: "" }, "no_name"],
    ["with a name of 256 characters", { ...sum({ asInt: "1" }), name: "n".repeat(256) }, "name_too_long"],
    ["of unspecified temporality", sum({ asInt: "1" }, { aggregationTemporality: 0 }), "no_temporality"],
    ["that is negative where values only grow", sum({ asInt: "-1" }), "negative"],
    [
      "with 65 attributes",
      sum({
        asInt: "1",
        attributes: Array.from({ length: 65 }, (_, i) => ({ key: `k${i}`, value: { intValue: i } })),
      }),
      "too_many_attributes",
    ],
    [
      "whose buckets do not add up",
      histogram({ count: "3", bucketCounts: ["1", "1"], explicitBounds: [1] }),
      "bad_histogram",
    ],
    [
      "whose bounds do not ascend",
      histogram({ count: "1", bucketCounts: ["1", "0", "0"], explicitBounds: [2, 1] }),
      "bad_histogram",
    ],
    [
      "with too few buckets",
      histogram({ count: "1", bucketCounts: ["1"], explicitBounds: [1] }),
      "bad_histogram",
    ],
    [
      "with 201 bounds",
      histogram({
        count: "0",
        bucketCounts: Array.from({ length: 202 }, () => "0"),
        explicitBounds: Array.from({ length: 201 }, (_, i) => i),
      }),
      "too_many_bounds",
    ],
  ])("leaves out a point %s, counts it and takes what stands beside it", (_, metric, reason) => {
    const { points, rejected } = otlp([metric, { ...sum({ asInt: "7" }), name: "valid" }]);
    expect([...rejected]).toEqual([[reason, 1]]);
    expect(points.map(({ metric, value }) => [metric.name, value])).toEqual([["valid", 7]]);
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
    expect(Object.fromEntries(own?.rejected ?? [])).toEqual({ not_a_number: 1 });
    expect(own?.rejected).toEqual(standard?.rejected);
    const [a, b] = [new Shard(), new Shard()];
    a.merge({ instance: "a", seq: 1 }, own as Batch, NOW);
    b.merge({ instance: "a", seq: 1 }, standard as Batch, NOW);
    for (const name of ["logins", "open", "level"])
      expect(valuesOf(a, name), name).toEqual(valuesOf(b, name));
    for (const name of ["size", "exponential"]) expect(valuesOf(a, name)).toEqual(valuesOf(b, name));
    expect((valuesOf(a, "exponential")[0] as number[]).slice(0, 5)).toEqual([7, 0, 0, 1, 0]);
    expect([...a.series].map(({ family, labels }) => [family.name, family.type, labels])).toEqual(
      [...b.series].map(({ family, labels }) => [family.name, family.type, labels]),
    );
  });

  it("is refused when it is something else", () => {
    for (const text of ["", "{}", "[]", '{"metrics":[{}]}', '{"metrics":[{"points":[null]}]}']) {
      expect(() => decode("compact", new TextEncoder().encode(text)), text).toThrow(BadInput);
    }
  });
});

describe("a shard", () => {
  it("has the newest description, and one series for each unit", () => {
    const shard = new Shard();
    const point = { asInt: "1", timeUnixNano };
    const data = { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] };
    const send = (seq: number, more: object) =>
      shard.merge({ instance: "a", seq }, otlp([{ name: "logins", sum: data, ...more }]), NOW);
    send(1, { description: "Old." });
    send(2, { description: "Old." });
    send(3, { description: "New." });
    send(4, { unit: "By", description: "New." });
    const found = [...shard.series].filter(({ family }) => family.name === "logins");
    expect(found.map(({ family, value }) => [family.unit, family.description, value])).toEqual([
      ["", "New.", 3],
      ["By", "New.", 1],
    ]);
  });

  it("never mixes points of one metric with different bounds", () => {
    const shard = new Shard();
    const a = { count: "1", bucketCounts: ["1", "0"], explicitBounds: [1] };
    const b = { count: "2", bucketCounts: ["2", "0"], explicitBounds: [5] };
    shard.merge({ instance: "a", seq: 1 }, otlp([histogram(a, b)]), NOW);
    expect(valuesOf(shard, "size")).toEqual([
      [Number.NaN, 1, 0],
      [Number.NaN, 2, 0],
    ]);
  });

  it("has no sum of a histogram of which one part has none", () => {
    const shard = new Shard();
    const buckets = { count: "1", bucketCounts: ["1", "0"], explicitBounds: [1] };
    shard.merge({ instance: "a", seq: 1 }, otlp([histogram({ ...buckets, sum: 1 })]), NOW);
    shard.merge({ instance: "a", seq: 2 }, otlp([histogram(buckets)]), NOW);
    expect(valuesOf(shard, "size")).toEqual([[Number.NaN, 2, 0]]);
  });

  it("leaves out points that say that a series has ended", () => {
    const ended = { count: "0", flags: 1 };
    expect(otlp([histogram(ended)])).toMatchObject({ points: [], rejected: new Map() });
  });

  it("counts the points that it cannot add up, and tells the sender", () => {
    const shard = new Shard();
    const points = { dataPoints: [{ timeUnixNano }, { timeUnixNano }] };
    const batch = otlp([
      { name: "old", summary: points },
      { name: "none", gauge: points },
      histogram({ count: "1", bucketCounts: ["1"], sum: "NaN" }),
    ]);
    expect(Object.fromEntries(batch.rejected)).toEqual({
      summary: 2,
      not_a_number: 3,
    });
    shard.merge({ instance: "a", seq: 1 }, batch, NOW);
    expect(rejected(shard)).toEqual({ summary: 2, not_a_number: 3 });
  });

  it("stays finite and can be stored, whatever is added", () => {
    const shard = new Shard();
    for (const seq of [1, 2]) {
      shard.merge({ instance: "a", seq }, counters(["logins"], Number.MAX_VALUE), NOW);
    }
    const woken = new Shard();
    for (const record of shard.records()) woken.restore(JSON.parse(JSON.stringify(record)));
    expect(valuesOf(woken, "logins")).toEqual([Number.MAX_VALUE]);
  });

  it("has room for a thousand metrics and twenty thousand label sets", () => {
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
  });

  it("recognises a body without a number for ten minutes, after an eviction too", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    sender.meter.createCounter("logins").add(1);
    const [, body] = await sender.batch(object.runtime.now());
    expect(object.push({ digest: "1234567890abcdef" }, body)).toBe("stored");
    await object.nextHeartbeat();
    object.restart();
    await object.runtime.advance(500_000);
    // Others' batches come and go.
    object.push({ digest: "2234567890abcdef" }, body);
    expect(object.push({ digest: "1234567890abcdef" }, body)).toBe("duplicate");
    await object.runtime.advance(601_000);
    object.push({ digest: "3234567890abcdef" }, body);
    expect(object.push({ digest: "1234567890abcdef" }, body)).toBe("stored");
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
    object.push(...(await b.batch(object.runtime.now() - 1000)));
    await object.nextHeartbeat();
    object.restart();
    object.push(...(await a.batch(object.runtime.now() - 60_000)));
    expect(valuesOf(object.shard, "level")).toEqual([2]);
  });
});
