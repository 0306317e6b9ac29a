import { describe, expect, it } from "vitest";
import { FakeObject, Sender } from "../testing/simulation.ts";

/** An object with one counter, and its samples as Prometheus has them. */
class Counted {
  readonly object = new FakeObject();
  readonly sender = new Sender("a");
  readonly #logins = this.sender.meter.createCounter("logins");

  async add(n: number): Promise<void> {
    this.#logins.add(n);
    this.object.push(...(await this.sender.batch(this.object.runtime.now())));
  }

  async heartbeats(n: number): Promise<void> {
    for (let heartbeat = 0; heartbeat < n; heartbeat++) await this.object.nextHeartbeat();
  }

  /** Until the idle ten minutes are over. */
  async sleep(): Promise<void> {
    while (!this.object.shard.asleep) await this.object.nextHeartbeat();
  }

  get samples(): [time: number, value: number | "stale"][] {
    const [series] = this.object.receiver.series("logins_total");
    return (series?.samples ?? []).map(({ timestamp, value, stale }) => [timestamp, stale ? "stale" : value]);
  }

  get values(): (number | "stale")[] {
    return this.samples.map(([, value]) => value);
  }
}

describe("a heartbeat", () => {
  it("happens once, however often the alarm goes off", async () => {
    const counted = new Counted();
    await counted.add(5);
    await counted.heartbeats(2);
    const { accepted } = counted.object.receiver;
    await counted.object.heartbeat();
    await counted.object.heartbeat();
    expect(counted.object.receiver.accepted).toBe(accepted);
  });

  it("after a gap repeats the old total right before the new, for increase to see the growth", async () => {
    const counted = new Counted();
    await counted.add(5);
    await counted.heartbeats(2);
    await counted.object.runtime.advance(180_000);
    await counted.add(4);
    await counted.heartbeats(1);
    const [[before, old], [time, value]] = counted.samples.slice(-2) as [[number, number], [number, number]];
    expect([old, value, time - before]).toEqual([5, 9, 15_000]);
  });

  it("goes on when a batch comes while the series are ended", async () => {
    const counted = new Counted();
    await counted.add(5);
    const { network } = counted.object;
    let ended = false;
    counted.object.network = async (request) => {
      const answer = await network(request);
      if (!ended && counted.values.at(-1) === "stale") {
        ended = true;
        await counted.add(4);
      }
      return answer;
    };
    for (let heartbeat = 0; heartbeat < 60 && !ended; heartbeat++) await counted.heartbeats(1);
    expect(counted.object.shard.asleep).toBe(false);
    await counted.heartbeats(1);
    expect(counted.values.slice(-2)).toEqual(["stale", 9]);
    expect(counted.object.receiver.refused).toBe(0);
  });

  it.each(["in the same life", "after an eviction"])(
    "can follow the stale marker at once, %s",
    async (when) => {
      const counted = new Counted();
      await counted.add(5);
      await counted.sleep();
      if (when === "after an eviction") counted.object.restart();
      await counted.add(4);
      await counted.heartbeats(1);
      expect(counted.values.slice(-3)).toEqual(["stale", 5, 9]);
      expect(counted.object.receiver.refused).toBe(0);
    },
  );

  it("does not come while the shard is asleep, not even after an eviction", async () => {
    const counted = new Counted();
    await counted.add(5);
    await counted.sleep();
    const { length } = counted.samples;
    counted.object.restart();
    await counted.heartbeats(3);
    expect(counted.samples).toHaveLength(length);
  });

  it("counts itself", async () => {
    const counted = new Counted();
    await counted.add(1);
    await counted.heartbeats(3);
    const { receiver } = counted.object;
    expect(receiver.total("pushmeter_aggregator_pushes_total", { result: "success" })).toBeGreaterThan(1);
  });
});
