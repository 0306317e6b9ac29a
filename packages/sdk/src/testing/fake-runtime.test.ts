import { describe, expect, it } from "vitest";
import { sleep } from "../runtime.ts";
import { FakeRuntime } from "./fake-runtime.ts";
import { Receiver } from "./receiver.ts";

describe("FakeRuntime", () => {
  it("stands still until time is advanced", async () => {
    const runtime = new FakeRuntime();
    expect([runtime.now(), runtime.monotonic()]).toEqual([1_700_000_000_000, 0]);
    await runtime.settle();
    await runtime.advance(1500);
    expect([runtime.now(), runtime.monotonic()]).toEqual([1_700_000_001_500, 1500]);
  });

  it("fires timers in the order they come due, at their time", async () => {
    const runtime = new FakeRuntime();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} at ${runtime.monotonic()}`);
    runtime.timer(20, note("c"));
    runtime.timer(10, note("a"));
    runtime.timer(10, note("b"));
    runtime.timer(21, note("later"));
    await runtime.advance(20);
    expect(fired).toEqual(["a at 10", "b at 10", "c at 20"]);
    expect(runtime.pending).toBe(1);
    await runtime.advance(1);
    expect(fired).toHaveLength(4);
  });

  it("never fires a cancelled timer, whether before or while time advances", async () => {
    const runtime = new FakeRuntime();
    let fired = 0;
    const cancel = runtime.timer(10, () => fired++);
    const cancelLate = runtime.timer(20, () => fired++);
    runtime.timer(15, cancelLate);
    cancel();
    expect(runtime.pending).toBe(2);
    await runtime.advance(30);
    expect([fired, runtime.pending]).toEqual([0, 0]);
  });

  it("lets what a timer wakes set the next timer before time goes on", async () => {
    const runtime = new FakeRuntime();
    const woken: number[] = [];
    const loop = async () => {
      for (;;) {
        await sleep(runtime, 10);
        woken.push(runtime.monotonic());
      }
    };
    void loop();
    await runtime.advance(35);
    expect(woken).toEqual([10, 20, 30]);
    expect(runtime.pending).toBe(1);
  });

  it("lets a Receiver answer before the next timer fires, however far time is advanced", async () => {
    const runtime = new FakeRuntime();
    const receiver = new Receiver({ now: () => runtime.now() });
    let late = 0;
    const loop = async () => {
      for (let i = 0; i < 5; i++) {
        await sleep(runtime, 1000);
        const cancel = runtime.timer(1, () => late++);
        await receiver.fetch(
          new Request("http://gateway/metrics/job/x", { method: "PUT", body: `a ${i}\n` }),
        );
        cancel();
      }
    };
    void loop();
    await runtime.advance(60_000);
    expect([receiver.accepted, late, runtime.pending]).toEqual([5, 0, 0]);
    expect(receiver.series("a")[0]?.samples).toEqual([{ value: 4, timestamp: 1_700_000_005_000 }]);
  });

  it("fires a timer that is due at once when time is advanced, even by nothing, and not before", async () => {
    const runtime = new FakeRuntime();
    let fired = false;
    runtime.timer(-5, () => {
      fired = true;
    });
    await runtime.settle();
    expect(fired).toBe(false);
    await runtime.advance(0);
    expect(fired).toBe(true);
  });

  it("returns numbered instance ids and the random value that is set", () => {
    const runtime = new FakeRuntime();
    expect([runtime.instanceId(), runtime.instanceId()]).toEqual(["instance-1", "instance-2"]);
    expect(runtime.random()).toBe(0.5);
    runtime.randomValue = 0.25;
    expect(runtime.random()).toBe(0.25);
  });

  it("waits for work of the event loop until a condition holds", async () => {
    const runtime = new FakeRuntime();
    let text = "";
    const stream = new Blob(["x".repeat(100_000)]).stream().pipeThrough(new CompressionStream("gzip"));
    const inflated = new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
    void inflated.then((result) => {
      text = result;
    });
    await runtime.settle(() => text !== "");
    expect(text).toHaveLength(100_000);
    expect(runtime.monotonic()).toBe(0);
  });

  it("fetches with what it was given, and says so if that is nothing", async () => {
    const given = new FakeRuntime({ fetch: async ({ url }) => new Response(url) });
    expect(await (await given.fetch(new Request("http://a/"))).text()).toBe("http://a/");
    await expect(new FakeRuntime().fetch(new Request("http://a/"))).rejects.toThrow(
      "http://a/ was asked for",
    );
  });

  it("lets only wall time pass while it is frozen", async () => {
    const runtime = new FakeRuntime();
    let fired = false;
    runtime.timer(1000, () => {
      fired = true;
    });
    const before = runtime.now();
    runtime.freeze(5000);
    await runtime.advance(0);
    expect([runtime.now() - before, runtime.monotonic(), fired]).toEqual([5000, 0, false]);
    await runtime.advance(1000);
    expect([runtime.now() - before, runtime.monotonic(), fired]).toEqual([6000, 1000, true]);
  });
});
