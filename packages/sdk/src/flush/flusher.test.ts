import { describe, expect, it } from "vitest";
import type { Platform } from "../invocation.ts";
import { scheduleClock } from "../schedule-clock.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Flusher, type FlushPolicy } from "./flusher.ts";

/** One instance: records invocations, counts what each push carries, and can abort an invocation. */
class Instance {
  readonly runtime = new FakeRuntime();
  /** What was recorded when each push began, and when it began. */
  readonly pushes: { recorded: number; at: number }[] = [];
  recorded = 0;
  waiting = 0;
  /** How long a push takes, and whether it succeeds. */
  pushTime = 0;
  succeeds = true;
  concurrent = 0;
  readonly flusher: Flusher;

  constructor(policy: FlushPolicy = { every: 5000 }) {
    this.flusher = new Flusher(this.runtime, scheduleClock(this.runtime), policy, async () => {
      expect(++this.concurrent, "pushes at once").toBe(1);
      this.pushes.push({ recorded: this.recorded, at: this.runtime.monotonic() });
      if (this.pushTime) await new Promise<void>((done) => this.runtime.timer(this.pushTime, done));
      this.concurrent--;
      return this.succeeds;
    });
  }

  invoke(platform: Platform = { waitUntil: () => this.waiting++ }): void {
    this.recorded++;
    this.flusher.recorded(() => platform);
  }

  /** The invocation's timers never fire: it was aborted. */
  invokeAndAbort(): void {
    const timer = this.runtime.timer;
    this.runtime.timer = () => () => {};
    this.invoke();
    this.runtime.timer = timer;
  }
}

describe("{ every } with waitUntil", () => {
  it("pushes once for all that was recorded within the interval", async () => {
    const instance = new Instance();
    for (let i = 0; i < 100; i++) instance.invoke();
    await instance.runtime.advance(4999);
    expect(instance.pushes).toEqual([]);
    await instance.runtime.advance(1);
    expect(instance.pushes).toEqual([{ recorded: 100, at: 5000 }]);
  });

  it("keeps the instance alive for two invocations an interval, not for each", async () => {
    const instance = new Instance();
    for (let i = 0; i < 100; i++) instance.invoke();
    expect(instance.waiting).toBe(2);
    await instance.runtime.advance(60_000);
    expect(instance.runtime.pending).toBe(0);
  });

  it("pushes what is recorded while a push is under way, though nothing comes after it", async () => {
    const instance = new Instance();
    instance.pushTime = 3000;
    instance.invoke();
    await instance.runtime.advance(5500);
    instance.invoke();
    await instance.runtime.advance(30_000);
    expect(instance.pushes).toEqual([
      { recorded: 1, at: 5000 },
      { recorded: 2, at: 10_500 },
    ]);
  });

  it("never runs two pushes at once, even when they take longer than the interval", async () => {
    const instance = new Instance({ every: 100 });
    instance.pushTime = 1000;
    for (let i = 0; i < 50; i++) {
      instance.invoke();
      await instance.runtime.advance(100);
    }
    await instance.runtime.advance(30_000);
    expect(instance.pushes.at(-1)?.recorded).toBe(50);
  });

  it("pushes at once for an invocation with pushAtOnce, and waits for no further push in it", async () => {
    const instance = new Instance();
    const queue = { waitUntil: () => instance.waiting++, pushAtOnce: true };
    instance.invoke(queue);
    await instance.runtime.advance(0);
    expect(instance.pushes).toEqual([{ recorded: 1, at: 0 }]);
    instance.invoke();
    instance.invoke(queue);
    expect(instance.waiting).toBe(2);
    await instance.runtime.advance(5000);
    expect(instance.pushes.map((push) => push.recorded)).toEqual([1, 3]);
  });

  it("is taken over by the next invocation when the owner was aborted while it lingered", async () => {
    const instance = new Instance();
    instance.invokeAndAbort();
    instance.invoke();
    await instance.runtime.advance(30_000);
    expect(instance.pushes.map((push) => push.recorded)).toEqual([2]);
  });

  it("pushes everything after an abort, whenever the next invocation comes", async () => {
    for (const pause of [1, 2500, 4999, 5000, 5999, 6000, 6001, 60_000]) {
      const instance = new Instance();
      instance.invokeAndAbort();
      await instance.runtime.advance(pause);
      instance.invoke();
      await instance.runtime.advance(30_000);
      expect(instance.pushes.at(-1)?.recorded, `${pause} ms after the abort`).toBe(2);
    }
  });

  it("survives an owner that was aborted in the middle of its push", async () => {
    const instance = new Instance();
    instance.invoke();
    const push = instance.runtime.timer;
    await instance.runtime.advance(4999);
    instance.pushTime = 1e9;
    await instance.runtime.advance(1);
    instance.pushTime = 0;
    instance.concurrent = 0;
    instance.runtime.timer = push;
    instance.invoke();
    await instance.runtime.advance(30_000);
    expect(instance.pushes.map(({ recorded }) => recorded)).toEqual([1, 2]);
  });

  it("tries again with the next invocation after a push that failed", async () => {
    const instance = new Instance();
    instance.succeeds = false;
    instance.invoke();
    await instance.runtime.advance(5000);
    instance.succeeds = true;
    instance.invoke();
    await instance.runtime.advance(5000);
    expect(instance.pushes.map((push) => push.recorded)).toEqual([1, 2]);
  });

  it("tries once more without a next invocation, by the one that stands by", async () => {
    const instance = new Instance();
    instance.invoke();
    instance.invoke();
    instance.succeeds = false;
    await instance.runtime.advance(5000);
    instance.succeeds = true;
    await instance.runtime.advance(30_000);
    expect(instance.pushes.map((push) => push.recorded)).toEqual([2, 2]);
  });

  it("stays within the 30 s that a Worker has after its response", async () => {
    const instance = new Instance({ every: 60_000 });
    instance.invoke();
    await instance.runtime.advance(15_000);
    expect(instance.pushes).toHaveLength(1);
  });
});

describe('"invocation"', () => {
  it("pushes at once, and shares a push among invocations that end during one", async () => {
    const instance = new Instance("invocation");
    instance.pushTime = 250;
    instance.invoke();
    await instance.runtime.advance(0);
    expect(instance.pushes).toEqual([{ recorded: 1, at: 0 }]);
    for (let i = 0; i < 10; i++) instance.invoke();
    await instance.runtime.advance(5000);
    expect(instance.pushes.map((push) => push.recorded)).toEqual([1, 11]);
  });

  it("pushes without waitUntil too", async () => {
    const instance = new Instance("invocation");
    instance.invoke({});
    await instance.runtime.advance(0);
    expect(instance.pushes).toHaveLength(1);
  });
});

describe("{ every } without waitUntil", () => {
  it("pushes every interval from the first invocation on, until stopped", async () => {
    const instance = new Instance({ every: 1000 });
    instance.invoke({});
    instance.invoke({});
    await instance.runtime.advance(3500);
    expect(instance.pushes.map((push) => push.at)).toEqual([1000, 2000, 3000]);
    instance.flusher.stop();
    await instance.runtime.advance(10_000);
    expect(instance.pushes).toHaveLength(3);
    expect(instance.runtime.pending).toBe(0);
  });

  it("starts another loop when the first one ended with its request, as on Workers", async () => {
    const instance = new Instance({ every: 1000 });
    const timer = instance.runtime.timer;
    instance.runtime.timer = () => () => {};
    instance.invoke({});
    instance.runtime.timer = timer;
    await instance.runtime.advance(61_000);
    instance.invoke();
    await instance.runtime.advance(5000);
    expect(instance.pushes.at(-1)?.recorded).toBe(2);
  });
});

describe("an environment that is frozen between invocations, with its monotonic clock and its timers", () => {
  // A push is at most the interval, a second of grace and one call late; a loop's another interval.
  it.each<[string, Platform, number]>([
    ["with waitUntil", { waitUntil: () => {} }, 8_000],
    ["without", {}, 13_000],
  ])(
    "delivers { every: 5000 } at a call per 2 s %s (1 of 12 calls was delivered)",
    async (_, platform, late) => {
      const instance = new Instance();
      for (let call = 1; call <= 24; call++) {
        instance.invoke(platform);
        // The environment works for 10 ms, then it is frozen.
        await instance.runtime.advance(10);
        instance.runtime.freeze(1990);
        const delivered = instance.pushes.at(-1)?.recorded ?? 0;
        expect(delivered, `after call ${call}`).toBeGreaterThanOrEqual(call - late / 2000);
      }
    },
  );
});

describe("flush", () => {
  it("pushes at once, also what was recorded outside of invocations", async () => {
    const instance = new Instance();
    expect(await instance.flusher.flush()).toBe(true);
    expect(instance.pushes).toHaveLength(1);
  });

  it("keeps other pushes waiting for as long as its timeout allows", async () => {
    const instance = new Instance();
    instance.pushTime = 20_000;
    instance.invoke();
    const flushed = instance.flusher.flush(24_000);
    await instance.runtime.advance(60_000);
    expect(await flushed).toBe(true);
  });

  it("waits for the push under way, and gives up when its time is over", async () => {
    const instance = new Instance("invocation");
    instance.pushTime = 1000;
    instance.invoke();
    const late = instance.flusher.flush(500);
    const patient = instance.flusher.flush(5000);
    await instance.runtime.advance(5000);
    expect(await late).toBe(false);
    expect(await patient).toBe(true);
    expect(instance.pushes).toHaveLength(2);
  });
});
