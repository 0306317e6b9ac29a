import { describe, expect, it } from "vitest";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Receiver } from "../testing/index.ts";
import { answer, Writer } from "./writer.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** A runtime whose wall clock can be set. */
class SetRuntime extends FakeRuntime {
  ahead = 0;
  override now(): number {
    return super.now() + this.ahead;
  }
}

describe("a clock that is set", () => {
  const start = () => {
    const runtime = new SetRuntime();
    const writer = new Writer("1.0", runtime);
    const counter = writer.meter.createCounter("logins");
    return { runtime, writer, counter };
  };

  it("back from a time that was refused: goes on under the same instance", async () => {
    const { runtime, writer, counter } = start();
    const receiver = new Receiver({ now: () => runtime.now() - runtime.ahead });
    writer.network = receiver.fetch;
    counter.add(1);
    await writer.push();
    runtime.ahead = DAY;
    counter.add(1);
    expect(await writer.push()).toMatchObject({ code: 1, error: { result: "refused" } });
    runtime.ahead = 0;
    counter.add(1);
    expect(await writer.push()).toMatchObject({ code: 0 });
    const [{ samples = [], labels = {} } = {}] = receiver.series("logins_total");
    expect(samples.map(({ value }) => value)).toEqual([0, 1, 3]);
    expect(labels.instance).toBe("i-1");
  });

  it("back from a time that was stored: the instance begins anew, and what was acknowledged counts once", async () => {
    const { runtime, writer, counter } = start();
    // Takes any time, as VictoriaMetrics and Thanos do.
    const receiver = new Receiver({ now: () => runtime.now() + 10 * DAY });
    writer.network = receiver.fetch;
    runtime.ahead = DAY;
    counter.add(5, { result: "a" });
    counter.add(2, { result: "b" });
    expect(await writer.push()).toMatchObject({ code: 0 });
    runtime.ahead = 0;
    const past = new Receiver({ now: () => runtime.now() });
    writer.network = past.fetch;
    for (let push = 0; push < 2; push++) {
      counter.add(3, { result: "a" });
      expect(await writer.push()).toMatchObject({ code: 0 });
    }
    const series = past.series("logins_total");
    expect(series.map(({ labels, samples }) => [labels.result, samples.map(({ value }) => value)])).toEqual([
      ["a", [0, 3, 6]],
      ["b", [0, 0]],
    ]);
    expect(new Set(series.map(({ labels }) => labels.instance))).toEqual(new Set(["instance-1"]));
    for (const { samples } of series) expect(samples.at(-1)?.timestamp).toBeLessThan(runtime.now());
  });

  it("back a little: times go on, a millisecond apart", async () => {
    const { runtime, writer, counter } = start();
    counter.add(1);
    await writer.push();
    runtime.ahead = -60_000;
    counter.add(1);
    await writer.push();
    const [{ samples = [] } = {}] = writer.receiver.series("logins_total");
    expect((samples[2]?.timestamp ?? 0) - (samples[1]?.timestamp ?? 0)).toBe(1);
  });

  it("hours behind: what is refused as too old begins with a zero once the clock is right", async () => {
    const { runtime, writer, counter } = start();
    writer.meter.createGauge("other").record(1);
    await writer.push();
    runtime.ahead = -2 * HOUR;
    counter.add(1);
    writer.network = async () => answer(400, "out of bounds");
    expect(await writer.push()).toMatchObject({ code: 1 });
    writer.network = writer.receiver.fetch;
    runtime.ahead = 0;
    counter.add(1);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([[0, 2]]);
  });
});
