import { metrics } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPushmeter } from "../index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { Receiver } from "../testing/index.ts";

const receiver = new Receiver();
const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch: receiver.fetch });

const values = (name: string) =>
  receiver.series(name).map(({ labels, samples }) => [labels.otel_scope_name ?? "", samples.at(-1)?.value]);

describe("meterProvider", () => {
  it("gives libraries meters of their own scope, and the user's meter none", async () => {
    const pushmeter = createPushmeter({ push });
    const library = pushmeter.meterProvider.getMeter("a-library", "1.2.3");
    library.createCounter("jobs").add(2);
    pushmeter.meter.createCounter("jobs").add(1);
    pushmeter.meterProvider.getMeter("a-library", "1.2.3").createCounter("jobs").add(3);
    await pushmeter.flush();
    expect(values("jobs_total").sort()).toEqual([
      ["", 1],
      ["a-library", 5],
    ]);
    expect(receiver.series("jobs_total", { otel_scope_version: "1.2.3" })).toHaveLength(1);
  });
});

describe("global: true", () => {
  beforeEach(() => {
    vi.resetModules();
    metrics.disable();
    Reflect.deleteProperty(globalThis, Symbol.for("@pushmeter/sdk global 1"));
  });
  afterEach(() => metrics.disable());

  it("fails at start without the import", () => {
    expect(() => createPushmeter({ push, global: true })).toThrow(
      'pushmeter: global needs import "@pushmeter/sdk/global" before it',
    );
  });

  it("records what libraries have made since the import, with every kind of instrument", async () => {
    await import("./index.ts");
    const early = metrics.getMeter("early");
    const instruments = {
      counter: early.createCounter("made.counter"),
      upDown: early.createUpDownCounter("made.up.down"),
      histogram: early.createHistogram("made.histogram"),
      gauge: early.createGauge("made.gauge"),
      observed: early.createObservableGauge("made.observed"),
      observedCounter: early.createObservableCounter("made.observed.counter"),
      batched: early.createObservableUpDownCounter("made.batched"),
    };
    const removed = () => expect.unreachable();
    instruments.observed.addCallback((result) => result.observe(4));
    instruments.observedCounter.addCallback(removed);
    instruments.observedCounter.removeCallback(removed);
    early.addBatchObservableCallback(
      (result) => result.observe(instruments.batched, 5),
      [instruments.batched],
    );
    // There is no pushmeter yet.
    instruments.counter.add(100);

    const pushmeter = createPushmeter({ push, global: true });
    instruments.counter.add(1);
    instruments.upDown.add(-2);
    instruments.histogram.record(3);
    instruments.gauge.record(6);
    metrics.getMeter("late").createCounter("made.counter").add(7);
    await pushmeter.flush();
    expect(values("made_counter_total").sort()).toEqual([
      ["early", 1],
      ["late", 7],
    ]);
    expect(values("made_up_down")).toEqual([["early", -2]]);
    expect(values("made_histogram_sum")).toEqual([["early", 3]]);
    expect(values("made_gauge")).toEqual([["early", 6]]);
    expect(values("made_observed")).toEqual([["early", 4]]);
    expect(values("made_observed_counter_total")).toEqual([]);
    expect(values("made_batched")).toEqual([["early", 5]]);
  });

  it("refuses a second pushmeter, and a place that is taken", async () => {
    await import("./index.ts");
    createPushmeter({ push, global: true });
    expect(() => createPushmeter({ push, global: true })).toThrow("another pushmeter is global already");

    vi.resetModules();
    await import("./index.ts");
    expect(() => createPushmeter({ push, global: true })).toThrow(
      "another OpenTelemetry SDK is registered already",
    );
  });

  it("accepts true or false only", () => {
    expect(() => createPushmeter({ push, global: 1 as never })).toThrow(
      "global must be true or false, got 1",
    );
  });
});
