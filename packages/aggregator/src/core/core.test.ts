import type { ReceivedSeries } from "@pushmeter/sdk/testing";
import { seeded } from "@pushmeter/testkit/random";
import { describe, expect, it } from "vitest";
import { FakeObject, Sender } from "../testing/simulation.ts";

const values = (series: ReceivedSeries | undefined) =>
  series?.samples.map(({ timestamp, value, stale }) => [timestamp, stale ? "stale" : value]) ?? [];

/** Growth as Prometheus sees it: between two samples, never before the first. */
function growth(series: ReceivedSeries): number {
  let total = 0;
  let before: number | undefined;
  for (const { value, stale } of series.samples) {
    if (stale) continue;
    if (before !== undefined) total += value >= before ? value - before : value;
    before = value;
  }
  return total;
}

describe("the heartbeat", () => {
  it("sends a new series' zero one interval before its first value, at a whole interval", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    logins.add(5);
    object.push(...(await sender.batch(object.runtime.now())));
    await object.nextHeartbeat();
    const [first, second] = values(object.receiver.series("logins_total")[0]) as [number, number][];
    expect([first?.[1], second?.[1]]).toEqual([0, 5]);
    expect((second?.[0] ?? 1) % 15_000).toBe(0);
    expect((second?.[0] ?? 0) - (first?.[0] ?? 0)).toBe(15_000);
  });

  it("sends no value before its zero, though a series comes up while the push is under way", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    const { network } = object;
    let requests = 0;
    object.network = async (request) => {
      // The first carries the zeros of what there was, the second the totals.
      if (++requests <= 2) {
        sender.meter.createCounter("logins").add(5, { requests });
        object.push(...(await sender.batch(object.runtime.now())));
      }
      return network(request);
    };
    sender.meter.createCounter("logins").add(5, { requests });
    object.push(...(await sender.batch(object.runtime.now())));
    for (let heartbeat = 0; heartbeat < 3; heartbeat++) await object.nextHeartbeat();
    const series = object.receiver.series("logins_total");
    expect(series.map(growth)).toEqual([5, 5, 5]);
    for (const { samples } of series) expect(samples[0]?.value).toBe(0);
  });

  it("sends every series at every heartbeat with the same time, whether or not it changed", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    logins.add(1, { result: "success" });
    logins.add(1, { result: "failure" });
    object.push(...(await sender.batch(object.runtime.now())));
    for (let heartbeat = 0; heartbeat < 4; heartbeat++) {
      if (heartbeat === 2) {
        logins.add(1, { result: "success" });
        object.push(...(await sender.batch(object.runtime.now())));
      }
      await object.nextHeartbeat();
    }
    const [a, b] = object.receiver
      .series("logins_total")
      .map(({ samples }) => samples.map((s) => s.timestamp));
    expect(a).toHaveLength(5);
    expect(a).toEqual(b);
  });

  it("makes one series of a thousand instances", async () => {
    const object = new FakeObject();
    for (let i = 0; i < 1000; i++) {
      const sender = new Sender(`i-${i}`);
      sender.meter.createCounter("logins").add(1);
      object.push(...(await sender.batch(object.runtime.now())));
    }
    await object.nextHeartbeat();
    expect(object.receiver.series("logins_total")).toHaveLength(1);
    expect(object.receiver.total("logins_total")).toBe(1000);
  });

  it("survives a receiver that is down for an hour, and all growth is seen once", {
    timeout: 30_000,
  }, async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    const { network } = object;
    for (let heartbeat = 0; heartbeat < 260; heartbeat++) {
      object.network =
        heartbeat >= 10 && heartbeat < 250 ? () => Promise.reject(new TypeError("refused")) : network;
      logins.add(1, { result: heartbeat < 100 ? "success" : "failure" });
      object.push(...(await sender.batch(object.runtime.now())));
      await object.nextHeartbeat();
    }
    expect(object.receiver.refused).toBe(0);
    const series = object.receiver.series("logins_total");
    expect(object.receiver.total("logins_total")).toBe(260);
    expect(series.map(growth)).toEqual([100, 160]);
  });

  it("falls asleep after ten idle minutes, and waking shows where it left off", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    logins.add(3);
    object.push(...(await sender.batch(object.runtime.now())));
    for (let heartbeat = 0; heartbeat < 60; heartbeat++) await object.nextHeartbeat();
    const asleep = values(object.receiver.series("logins_total")[0]);
    expect(asleep).toHaveLength(43);
    expect(asleep.at(-1)?.[1]).toBe("stale");
    await object.runtime.advance(3_000_000);
    object.restart();
    logins.add(4);
    object.push(...(await sender.batch(object.runtime.now())));
    await object.nextHeartbeat();
    const [old, now] = values(object.receiver.series("logins_total")[0]).slice(-2) as [number, number][];
    expect([old?.[1], now?.[1]]).toEqual([3, 7]);
    expect((now?.[0] ?? 0) - (old?.[0] ?? 0)).toBe(15_000);
    expect(object.receiver.refused).toBe(0);
  });
});

describe("the heartbeat before a Pushgateway, where values have no times", () => {
  const values = (object: FakeObject) =>
    object.receiver.series("logins_total").map(({ labels, samples }) => [labels.user, samples.at(-1)?.value]);

  it("shows a new series at zero for one interval, and its value from the next", async () => {
    const object = new FakeObject("pushgateway");
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    const add = async (n: number, user: string) => {
      logins.add(n, { user });
      object.push(...(await sender.batch(object.runtime.now())));
    };
    await add(5, "a");
    await object.nextHeartbeat();
    expect(values(object)).toEqual([["a", 0]]);
    await add(2, "a");
    await add(3, "b");
    await object.nextHeartbeat();
    expect(values(object)).toEqual([
      ["a", 7],
      ["b", 0],
    ]);
    await object.nextHeartbeat();
    expect(values(object)).toEqual([
      ["a", 7],
      ["b", 3],
    ]);
  });

  it("goes on though it is evicted after every heartbeat", async () => {
    const object = new FakeObject("pushgateway");
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    logins.add(3, { user: "a" });
    object.push(...(await sender.batch(object.runtime.now())));
    const seen: unknown[] = [];
    for (let heartbeat = 0; heartbeat < 45; heartbeat++) {
      await object.nextHeartbeat();
      seen.push(values(object)[0]?.[1]);
      object.restart();
    }
    expect(seen.slice(0, 3)).toEqual([0, 3, 3]);
    expect(object.shard.asleep).toBe(true);
    logins.add(4, { user: "a" });
    object.push(...(await sender.batch(object.runtime.now())));
    for (const expected of [3, 7, 7]) {
      await object.nextHeartbeat();
      expect(values(object)).toEqual([["a", expected]]);
      object.restart();
    }
  });

  it("shows a new series' zero until that has arrived", async () => {
    const object = new FakeObject("pushgateway");
    const sender = new Sender("a");
    sender.meter.createCounter("logins").add(3, { user: "a" });
    object.push(...(await sender.batch(object.runtime.now())));
    const { network } = object;
    object.network = () => Promise.reject(new TypeError("refused"));
    for (let heartbeat = 0; heartbeat < 3; heartbeat++) await object.nextHeartbeat();
    object.network = network;
    const seen: unknown[] = [];
    for (let heartbeat = 0; heartbeat < 2; heartbeat++) {
      await object.nextHeartbeat();
      seen.push(values(object)[0]?.[1]);
    }
    expect(seen).toEqual([0, 3]);
  });

  it("shows what an outage has hidden, one interval after it", async () => {
    const object = new FakeObject("pushgateway");
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    const { network } = object;
    const seen: unknown[] = [];
    for (let heartbeat = 0; heartbeat < 60; heartbeat++) {
      // The idle ten minutes are over before it is.
      object.network =
        heartbeat > 1 && heartbeat < 50 ? () => Promise.reject(new TypeError("refused")) : network;
      if (heartbeat < 3) {
        logins.add(1, { user: "a" });
        object.push(...(await sender.batch(object.runtime.now())));
      }
      await object.nextHeartbeat();
      seen.push(values(object)[0]?.[1]);
    }
    expect(seen.slice(0, 3)).toEqual([0, 2, 2]);
    expect(seen.slice(49, 52)).toEqual([2, 3, undefined]);
    expect(object.shard.asleep).toBe(true);
  });

  it("leaves no group behind when it falls asleep, and waking shows the old total first", async () => {
    const object = new FakeObject("pushgateway");
    const sender = new Sender("a");
    const logins = sender.meter.createCounter("logins");
    logins.add(3, { user: "a" });
    object.push(...(await sender.batch(object.runtime.now())));
    for (let heartbeat = 0; heartbeat < 60; heartbeat++) await object.nextHeartbeat();
    expect(object.shard.asleep).toBe(true);
    expect(object.receiver.series()).toEqual([]);
    logins.add(4, { user: "a" });
    object.push(...(await sender.batch(object.runtime.now())));
    await object.nextHeartbeat();
    expect(values(object)).toEqual([["a", 3]]);
    await object.nextHeartbeat();
    expect(values(object)).toEqual([["a", 7]]);
  });
});

describe("merging", () => {
  it("ignores a batch that it has", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    sender.meter.createCounter("logins").add(1);
    const batch = await sender.batch(object.runtime.now());
    expect([object.push(...batch), object.push(...batch)]).toEqual(["stored", "duplicate"]);
    object.restart();
    expect(object.push(...batch)).toBe("duplicate");
    await object.nextHeartbeat();
    object.restart();
    expect(object.push(...batch)).toBe("duplicate");
    expect(object.receiver.total("logins_total")).toBe(1);
  });

  it("keeps the newest of gauges, whichever comes last", async () => {
    const object = new FakeObject();
    const [a, b] = [new Sender("a"), new Sender("b")];
    a.meter.createGauge("level").record(1);
    b.meter.createGauge("level").record(2);
    object.push(...(await b.batch(object.runtime.now() - 1000)));
    object.push(...(await a.batch(object.runtime.now() - 2000)));
    await object.nextHeartbeat();
    expect(object.receiver.total("level")).toBe(2);
  });

  it("adds up up-down counters over the instances that are alive", async () => {
    const object = new FakeObject();
    const [a, b] = [new Sender("a"), new Sender("b")];
    const open = a.meter.createUpDownCounter("open");
    open.add(5);
    b.meter.createUpDownCounter("open").add(7);
    object.push(...(await a.batch(object.runtime.now())));
    object.push(...(await b.batch(object.runtime.now())));
    open.add(-2);
    object.push(...(await a.batch(object.runtime.now())));
    await object.nextHeartbeat();
    expect(object.receiver.total("open")).toBe(10);
    // b falls silent for longer than instances are remembered.
    for (let hours = 0; hours < 7; hours++) {
      await object.runtime.advance(3_600_000);
      open.add(1);
      object.push(...(await a.batch(object.runtime.now())));
    }
    await object.nextHeartbeat();
    expect(object.receiver.total("open")).toBe(10);
  });

  it("never mixes histograms with different bounds", async () => {
    const object = new FakeObject();
    const send = async (name: string, boundaries: number[], value: number) => {
      const sender = new Sender(name);
      const advice = { explicitBucketBoundaries: boundaries };
      sender.meter.createHistogram("size", { advice }).record(value);
      object.push(...(await sender.batch(object.runtime.now())));
    };
    await send("a", [1, 2], 1);
    await send("b", [1, 5], 4);
    object.restart();
    await send("c", [1, 2], 2);
    await send("d", [1, 5], 5);
    await object.nextHeartbeat();
    const counts = object.receiver
      .series("size_count")
      .map(({ labels, samples }) => [labels.pushmeter_bounds, samples.at(-1)?.value]);
    expect(counts).toEqual([
      [undefined, 2],
      ["1,5", 2],
    ]);
    expect(object.receiver.total("size_bucket", { le: "2.0" })).toBe(2);
  });

  it("bounds attribute sets and shows what is over them", async () => {
    const object = new FakeObject();
    const sender = new Sender("a");
    for (let i = 0; i < 2500; i++) {
      sender.meter.createCounter("logins").add(1, { user: `u${i}` });
      if (i % 500 === 499) object.push(...(await sender.batch(object.runtime.now())));
    }
    await object.nextHeartbeat();
    expect(object.receiver.series("logins_total")).toHaveLength(2000);
    expect(object.receiver.total("logins_total", { otel_metric_overflow: "true" })).toBe(501);
    expect(object.receiver.total("logins_total")).toBe(2500);
  });
});

const SEEDS = [1, 2, 3, 4, 5];

describe.each(SEEDS)("whatever goes wrong, seed %i", (seed) => {
  it("totals are exact, series never fall back, and nothing is refused", { timeout: 30_000 }, async () => {
    const random = seeded(seed);
    const object = new FakeObject();
    const { network } = object;
    const sent: Record<string, number> = {};
    const senders = Array.from({ length: 5 }, (_, i) => new Sender(`i-${i}`));
    const unacknowledged: [Parameters<FakeObject["push"]>, Sender][] = [];

    for (let step = 0; step < 80; step++) {
      const sender = senders[Math.floor(random() * senders.length)] as Sender;
      const route = `/r${Math.floor(random() * 4)}`;
      const n = Math.ceil(random() * 3);
      if (random() < 0.7 && !unacknowledged.some(([, who]) => who === sender)) {
        sender.meter.createCounter("requests").add(n, { route });
        sender.meter.createHistogram("size").record(n, { route });
        sent[route] = (sent[route] ?? 0) + n;
        unacknowledged.push([await sender.batch(object.runtime.now()), sender]);
      }
      // A batch is repeated until its sender hears an answer, which may get lost.
      for (const entry of [...unacknowledged]) {
        if (random() < 0.2) continue;
        object.push(...entry[0]);
        if (random() < 0.7) unacknowledged.splice(unacknowledged.indexOf(entry), 1);
      }
      const fate = random();
      object.network = async (request) => {
        if (fate < 0.15) throw new TypeError("connection refused");
        const answer = await network(request);
        if (fate < 0.3) throw new TypeError("connection reset");
        return fate < 0.4 && random() < 0.5 ? new Response("busy", { status: 503 }) : answer;
      };
      if (random() < 0.1) object.restart();
      if (random() < 0.1) {
        // Evicted while it pushes: the request that is under way may still arrive.
        const heartbeat = object.nextHeartbeat().catch(() => {});
        for (let turns = random() * 6; turns > 0; turns--) await new Promise((go) => setTimeout(go, 0));
        object.restart();
        await heartbeat;
      } else await object.nextHeartbeat();
      if (random() < 0.05) await object.runtime.advance(random() * 2_000_000);
    }
    object.network = network;
    for (const [batch] of unacknowledged) object.push(...batch);
    await object.nextHeartbeat();
    await object.nextHeartbeat();

    expect(object.receiver.refused).toBe(0);
    for (const [route, count] of Object.entries(sent)) {
      expect(object.receiver.total("requests_total", { route }), route).toBe(count);
      expect(object.receiver.total("size_sum", { route }), route).toBe(count);
    }
    for (const series of object.receiver.series("requests_total")) {
      const all = series.samples.filter(({ stale }) => !stale).map(({ value }) => value);
      expect(all).toEqual([...all].sort((a, b) => a - b));
      expect(all[0]).toBe(0);
    }
  });
});
