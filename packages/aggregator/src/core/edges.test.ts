/** Where names collide, senders send what they like, and time passes. */

import type { ReceivedSeries } from "@pushmeter/sdk/testing";
import { DROPPED } from "@pushmeter/testkit/published";
import { seeded } from "@pushmeter/testkit/random";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CUMULATIVE, exponential, gauge, histogram, nanoseconds, sum } from "../testing/otlp.ts";
import { digest, send } from "../testing/sending.ts";
import { FakeObject } from "../testing/simulation.ts";
import type { BatchId } from "./shard.ts";

const live = ({ samples }: ReceivedSeries) => samples.filter(({ stale }) => !stale);

/** Growth as Prometheus sees it: between two samples, never before the first. */
function growth(series: readonly ReceivedSeries[]): number {
  let total = 0;
  for (const one of series) {
    let before: number | undefined;
    for (const { value } of live(one)) {
      if (before !== undefined) total += value >= before ? value - before : value;
      before = value;
    }
  }
  return total;
}

function zeros(series: readonly ReceivedSeries[]): number[] {
  return series.map((one) => live(one).filter(({ value }) => value === 0).length);
}

afterEach(() => void vi.restoreAllMocks());

describe("one identity", () => {
  it.each<[string, object, object]>([
    ["a unit that changes", { unit: "" }, { unit: "{login}" }],
    [
      "an attribute that becomes a string",
      { attributes: { status: 200 } },
      { attributes: { status: "200" } },
    ],
    [
      "an attribute whose name changes its punctuation",
      { attributes: { "user.tier": "gold" } },
      { attributes: { user_tier: "gold" } },
    ],
    ["a name that loses its _total", { name: "logins_total" }, { name: "logins" }],
  ])("%s leaves one series with one zero, and growth is exact", async (_, before, after) => {
    const object = new FakeObject();
    let truth = 0;
    for (let n = 1; n <= 20; n++) {
      const now = object.runtime.now();
      // Two deployments for a while: the old one goes, the new one comes.
      if (n <= 14) send(object, { metrics: [sum(n, now, before)] }, "old");
      if (n >= 8) send(object, { metrics: [sum(2 * n, now, after)] }, "new");
      truth += (n <= 14 ? n : 0) + (n >= 8 ? 2 * n : 0);
      if (n % 7 === 0) object.restart();
      await object.nextHeartbeat();
    }
    const series = object.receiver.series("logins_total");
    expect(series).toHaveLength(1);
    expect(zeros(series)).toEqual([1]);
    expect(growth(series)).toBe(truth);
    expect(object.receiver.refused).toBe(0);
  });

  it("follows a gauge that becomes a histogram, and instances of the old kind do not take the name back", async () => {
    const object = new FakeObject();
    for (let n = 0; n < 8; n++) {
      const now = object.runtime.now();
      send(object, { metrics: [gauge(5, now, { name: "size" })] }, "old");
      if (n >= 3) send(object, { metrics: [histogram(1, now, { name: "size" })] }, "new");
      await object.nextHeartbeat();
    }
    expect(object.receiver.series("size")[0]?.samples.at(-1)?.stale).toBe(true);
    expect(object.receiver.total("size_count")).toBe(5);
    expect(growth(object.receiver.series("size_count"))).toBe(5);
    const rejected = { reason: "type_conflict" };
    expect(object.receiver.total("pushmeter_aggregator_rejected_total", rejected)).toBeGreaterThanOrEqual(4);
    expect(object.receiver.refused).toBe(0);
  });

  it("adds an instance's streams up in an up-down counter that has become one series", async () => {
    const object = new FakeObject();
    const open = { name: "open", isMonotonic: false };
    const now = object.runtime.now();
    const metrics = [
      sum(3, now, { ...open, attributes: { "user.tier": "gold" }, temporality: CUMULATIVE }),
      sum(4, now, { ...open, attributes: { user_tier: "gold" }, temporality: CUMULATIVE }),
    ];
    send(object, { metrics });
    await object.nextHeartbeat();
    expect(object.receiver.total("open", { user_tier: "gold" })).toBe(7);
  });
});

describe("senders as they are", () => {
  it("counts only the growth of totals, whatever order and repetition they come in", async () => {
    const object = new FakeObject();
    const random = seeded(11);
    const start = object.runtime.now() - 1000;
    const totals = new Map<string, number>();
    const late: (() => void)[] = [];
    for (let n = 0; n < 60; n++) {
      const instance = `i${Math.floor(random() * 5)}`;
      const total = (totals.get(instance) ?? 0) + Math.ceil(random() * 5);
      totals.set(instance, total);
      const now = object.runtime.now();
      const options = { start, temporality: CUMULATIVE };
      const metrics = [sum(total, now, options), histogram(total, now, options)];
      const push = () => void send(object, { metrics }, instance);
      push();
      if (random() < 0.3) late.push(push);
      if (random() < 0.3) late.splice(0, 1)[0]?.();
      if (random() < 0.2) object.restart();
      await object.runtime.advance(1 + random() * 9_000);
      if (random() < 0.5) await object.nextHeartbeat();
    }
    await object.nextHeartbeat();
    const truth = [...totals.values()].reduce((a, b) => a + b);
    for (const name of ["logins_total", "size_count", "size_bucket"]) {
      const labels: Record<string, string> = name === "size_bucket" ? { le: "1.0" } : {};
      expect(object.receiver.total(name, labels), name).toBe(truth);
    }
    expect(growth(object.receiver.series("logins_total"))).toBe(truth);
    expect(zeros(object.receiver.series("logins_total"))).toEqual([1]);
  });

  it("counts a process that begins anew from zero, with the same id or without any", async () => {
    const object = new FakeObject();
    const total = (value: number, start: number, instance: string) =>
      send(
        object,
        { metrics: [sum(value, object.runtime.now(), { start, temporality: CUMULATIVE })] },
        instance,
      );
    const first = object.runtime.now();
    total(5, first, "a");
    await object.nextHeartbeat();
    const second = object.runtime.now();
    total(3, second, "a");
    total(7, first + 1, "");
    total(2, second + 1, "");
    await object.runtime.advance(1000);
    total(4, second, "a");
    total(8, first + 1, "");
    await object.nextHeartbeat();
    expect(object.receiver.total("logins_total")).toBe(5 + 4 + 8 + 2);
  });

  it("takes a total whose past is unknown as the point from which growth counts", async () => {
    const object = new FakeObject();
    const long = object.runtime.now() - 86_400_000;
    const total = (value: number) =>
      send(object, { metrics: [sum(value, object.runtime.now(), { start: long, temporality: CUMULATIVE })] });
    total(1_000_000);
    await object.runtime.advance(1000);
    total(1_000_004);
    await object.nextHeartbeat();
    expect(object.receiver.total("logins_total")).toBe(4);
    expect(object.receiver.total("pushmeter_aggregator_baselines_total")).toBe(1);
  });

  it("takes deltas and totals of one body metric by metric, and leaves out only what is wrong", async () => {
    const object = new FakeObject();
    const now = object.runtime.now();
    const bad = { name: "bad", histogram: { aggregationTemporality: 1, dataPoints: [badPoint(now)] } };
    const totals = { name: "totals", temporality: CUMULATIVE, start: now - 1 };
    send(object, { metrics: [sum(2, now, { name: "deltas" }), sum(3, now, totals), bad] });
    await object.nextHeartbeat();
    expect(object.receiver.total("deltas_total")).toBe(2);
    expect(object.receiver.total("totals_total")).toBe(3);
    expect(object.receiver.total("pushmeter_aggregator_rejected_total", { reason: "bad_histogram" })).toBe(1);
  });

  it("merges exponential histograms, deltas and totals", async () => {
    const object = new FakeObject();
    const start = object.runtime.now();
    send(object, { metrics: [exponential(2, 0, start), exponential(3, 4, start)] }, "a");
    const options = { start, temporality: CUMULATIVE };
    send(object, { metrics: [exponential(4, 0, start + 1, options)] }, "b");
    await object.runtime.advance(10);
    send(object, { metrics: [exponential(6, 0, start + 5, options)] }, "b");
    await object.nextHeartbeat();
    expect(object.receiver.total("size_count")).toBe(2 + 3 + 6);
    // 1 to 2 counts in the bucket up to 5, 16 to 32 in the one up to 25.
    expect(object.receiver.total("size_bucket", { le: "5.0" })).toBe(8);
    expect(object.receiver.total("size_bucket", { le: "25.0" })).toBe(11);
  });

  it("counts numbered batches that overtake each other exactly once", async () => {
    const object = new FakeObject();
    const random = seeded(3);
    const numbers = Array.from({ length: 300 }, (_, i) => i + 1);
    // Each within a hundred of its own places.
    const order = numbers.map((n) => [n + random() * 100, n] as const).sort(([a], [b]) => a - b);
    const statuses: string[] = [];
    for (const [, seq] of order) {
      for (let copies = 1 + Math.floor(random() * 2); copies > 0; copies--) {
        const metrics = [sum(1, object.runtime.now())];
        statuses.push(send(object, { metrics }, "a", { instance: "a", seq }));
      }
      if (seq % 50 === 0) object.restart();
    }
    await object.nextHeartbeat();
    // The first number to come may be up to 16 for those before it to count.
    const lost = order[0]?.[1] as number;
    expect(lost).toBeLessThanOrEqual(16);
    expect(object.receiver.total("logins_total")).toBe(300);
    expect(statuses.filter((status) => status === "stored")).toHaveLength(300);
  });

  it("keeps numbered and unnumbered batches of one id separate", () => {
    const object = new FakeObject();
    const metrics = [sum(1, object.runtime.now())];
    expect(send(object, { metrics }, "a", { instance: "a", seq: 1 })).toBe("stored");
    expect(send(object, { metrics }, "a")).toBe("stored");
    expect(send(object, { metrics }, "a", { instance: "a", seq: 1 })).toBe("duplicate");
  });
});

describe("forgetting", () => {
  it("ends a series that no longer grows, and counts it anew when it returns", async () => {
    const object = new FakeObject("remote write", { forgetAfter: 600_000 });
    const once = { attributes: { route: "/once" } };
    send(object, { metrics: [sum(5, object.runtime.now(), once)] });
    for (let n = 0; n < 60; n++) {
      send(object, { metrics: [sum(1, object.runtime.now(), { attributes: { route: "/always" } })] });
      await object.nextHeartbeat();
      if (n === 20) object.restart();
    }
    const [series] = object.receiver.series("logins_total", { route: "/once" });
    expect(series?.samples.at(-1)?.stale).toBe(true);
    send(object, { metrics: [sum(3, object.runtime.now(), once)] });
    await object.nextHeartbeat();
    await object.nextHeartbeat();
    const returned = object.receiver.series("logins_total", { route: "/once" });
    expect(growth(returned)).toBe(8);
    expect(growth(object.receiver.series("logins_total", { route: "/always" }))).toBe(60);
    expect(object.receiver.refused).toBe(0);
  });

  it("lets no sender that is hours ahead pin a gauge", async () => {
    const object = new FakeObject();
    const now = object.runtime.now();
    send(object, { metrics: [gauge(1, now + 5 * 3_600_000)] }, "ahead");
    await object.runtime.advance(1000);
    send(object, { metrics: [gauge(2, now + 1000)] }, "right");
    await object.nextHeartbeat();
    expect(object.receiver.total("level")).toBe(2);
  });

  it("begins all series anew after a reset, and repeats stay recognised", async () => {
    const object = new FakeObject();
    const id = digest();
    send(object, { metrics: [sum(5, object.runtime.now())] }, "a", id);
    await object.nextHeartbeat();
    await object.host.reset();
    send(object, { metrics: [sum(2, object.runtime.now())] });
    expect(send(object, { metrics: [sum(5, object.runtime.now())] }, "a", id)).toBe("duplicate");
    object.restart();
    await object.nextHeartbeat();
    await object.nextHeartbeat();
    const series = object.receiver.series("logins_total");
    expect(series[0]?.samples.some(({ stale }) => stale)).toBe(true);
    expect(object.receiver.total("logins_total")).toBe(2);
    expect(growth(series)).toBe(7);
    expect(object.receiver.refused).toBe(0);
  });
});

describe("whose it is", () => {
  it("puts a prefix before the instance and labels on every series", async () => {
    const object = new FakeObject("remote write", { prefix: "staging-", labels: { region: "eu" } });
    send(object, { metrics: [sum(1, object.runtime.now())] });
    await object.nextHeartbeat();
    for (const { labels } of object.receiver.series()) {
      expect(labels).toMatchObject({ instance: "staging-shard-0", region: "eu" });
    }
  });

  it("warns once when another writer writes the same series", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const [production, staging] = [new FakeObject(), new FakeObject()];
    staging.network = (request) => production.receiver.fetch(request);
    for (let n = 1; n < 5; n++) {
      send(production, { metrics: [sum(10, production.runtime.now())] });
      send(staging, { metrics: [sum(1, staging.runtime.now())] });
      await production.nextHeartbeat();
      await staging.nextHeartbeat();
    }
    expect(staging.host.status().hasRival || production.host.status().hasRival).toBe(true);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain('job="courses" instance="shard-0"');
  });
});

describe("a series that the receiver refuses", () => {
  it.each([
    ["whole requests, without a name", "label limit"],
    ["that series, by its name", 'label limit: logins_total{poison="poison"}'],
  ] as const)(
    "takes nothing else along and is asked about ever more rarely: it refuses %s",
    async (_, why) => {
      const object = new FakeObject();
      const { network } = object;
      let requests = 0;
      object.network = async (request) => {
        requests++;
        const text = new TextDecoder("latin1").decode(await request.clone().arrayBuffer());
        if (!text.includes("poison")) return network(request);
        return new Response(why, { status: 400 });
      };
      const perHeartbeat: number[] = [];
      for (let n = 0; n < 40; n++) {
        const now = object.runtime.now();
        const good = Array.from({ length: 20 }, (_, i) => sum(1, now, { attributes: { user: `u${i}` } }));
        send(object, { metrics: [...good, sum(1, now, { attributes: { poison: "poison" } })] });
        requests = 0;
        await object.nextHeartbeat();
        perHeartbeat.push(requests);
      }
      const series = object.receiver.series("logins_total");
      expect(series).toHaveLength(20);
      expect(series.map((one) => growth([one]))).toEqual(Array(20).fill(40));
      expect(zeros(series)).toEqual(Array(20).fill(1));
      // A heartbeat is one request for the values, and one for zeros if there are new ones.
      expect(perHeartbeat.filter((count) => count > 2).length).toBeLessThanOrEqual(5);
      expect(object.receiver.total(DROPPED, { reason: "refused" })).toBeGreaterThan(30);
      expect(object.host.status().lastPush?.result).toBe("success");
    },
  );
});

describe("a restart", () => {
  it.each([1, 2, 3])("makes the same shard again, whatever happened, seed %i", async (seed) => {
    const random = seeded(seed);
    const object = new FakeObject("remote write", { forgetAfter: 600_000 });
    const { network } = object;
    const ids: BatchId[] = [];
    for (let step = 0; step < 120; step++) {
      const now = object.runtime.now();
      const id: BatchId =
        random() < 0.3
          ? digest()
          : { instance: `i${Math.floor(random() * 9)}`, seq: 1 + Math.floor(step / 3 + random() * 4) };
      ids.push(id);
      const attributes = { route: Math.floor(random() * 30) };
      const temporality = random() < 0.5 ? CUMULATIVE : 1;
      const isMonotonic = random() < 0.7;
      const options = { attributes, temporality, isMonotonic, start: now - 5 };
      const name = random() < 0.5 ? "size" : "level";
      const metrics = [
        sum(step, now, { ...options, name: isMonotonic ? "logins" : "open" }),
        random() < 0.5 ? gauge(step, now, { name, attributes }) : histogram(2, now, { ...options, name }),
        { name: "old", summary: { dataPoints: [{}] } },
      ];
      send(object, { metrics }, `i${Math.floor(random() * 9)}`, id);
      if (random() < 0.2) send(object, { metrics }, "a", ids[Math.floor(random() * ids.length)]);
      object.network = random() < 0.2 ? () => Promise.reject(new TypeError("refused")) : network;
      if (random() < 0.6) await object.nextHeartbeat();
      if (random() < 0.1) await object.runtime.advance(700_000);
      if (random() < 0.03) await object.host.reset();
      await object.host.flush();
      const before = [...object.shard.records()];
      if (random() < 0.3) {
        object.restart();
        expect([...object.shard.records()]).toEqual(before);
      }
    }
  });
});

function badPoint(time: number): object {
  return { timeUnixNano: nanoseconds(time), count: 3, bucketCounts: [1, 1], explicitBounds: [1] };
}
