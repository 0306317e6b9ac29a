import type { Attributes } from "@opentelemetry/api";
import { DROPPED } from "@pushmeter/testkit/published";
import { seeded } from "@pushmeter/testkit/random";
import { describe, expect, it } from "vitest";
import { createPushmeter, type Destination } from "../index.ts";
import { otlp } from "../otlp/index.ts";
import { pushgateway } from "../pushgateway/index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { FakeRuntime, Receiver } from "../testing/index.ts";

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const throwing = () => {
  throw new Error("hostile");
};
const proxy = new Proxy({}, { get: throwing, ownKeys: throwing, getOwnPropertyDescriptor: throwing });

/** Values that no label can have. */
const UNUSABLE: readonly [string, unknown][] = [
  ["a function", () => {}],
  ["a symbol", Symbol("x")],
  ["a BigInt", 5n],
  ["an object whose toJSON returns undefined", { toJSON: () => undefined }],
  ["an object whose toJSON throws", { toJSON: throwing }],
  ["a cyclic object", cyclic],
  ["a proxy that throws", proxy],
  ["an array with a BigInt", [5n]],
];
/** Values that one can have, and the label. */
const USABLE: readonly [unknown, string | undefined][] = [
  ["text", "text"],
  [5, "5"],
  [false, "false"],
  [["x", "y"], '["x","y"]'],
  [{ a: 1 }, '{"a":1}'],
  [new Date(0), "1970-01-01T00:00:00.000Z"],
  [undefined, undefined],
  [null, undefined],
  ["", undefined],
];

type Push = (fetch: (request: Request) => Promise<Response>, runtime: FakeRuntime) => Destination;

class Instance {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly errors: string[] = [];
  readonly pushmeter;
  readonly meter;

  constructor(
    push: Push = (fetch, runtime) => remoteWrite({ url: "http://receiver/api/v1/write", fetch }, runtime),
  ) {
    this.pushmeter = createPushmeter(
      {
        push: push(this.receiver.fetch, this.runtime),
        onError: (error) => this.errors.push(String(error)),
      },
      this.runtime,
    );
    this.meter = this.pushmeter.meter;
  }

  async flush(): Promise<boolean> {
    await this.runtime.advance(1000);
    return this.runtime.until(this.pushmeter.flush());
  }

  total(name: string, labels?: Record<string, string>): number {
    return this.receiver.total(name, labels);
  }

  dropped(reason: string): number {
    return this.total(DROPPED, { reason });
  }
}

describe("an attribute value that cannot be used (recorded once, it made every later push fail)", () => {
  it.each(UNUSABLE)(
    "%s is left out, told once and counted; the measurement is counted without it",
    async (_, bad) => {
      const instance = new Instance();
      const { meter } = instance;
      const counter = meter.createCounter("logins");
      for (let i = 0; i < 3; i++) counter.add(1, { bad: bad as string, result: "ok" });
      for (const name of ["seats", "depth"]) {
        meter.createObservableGauge(name).addCallback((result) => result.observe(1, { bad: bad as string }));
      }
      expect(await instance.flush()).toBe(true);
      expect(await (await instance.pushmeter.scrape()).text()).toBeDefined();
      expect(await instance.flush()).toBe(true);
      expect(instance.total("logins_total", { result: "ok", bad: "" })).toBe(3);
      expect([instance.total("seats"), instance.total("depth")]).toEqual([1, 1]);
      expect(instance.dropped("attribute")).toBeGreaterThanOrEqual(5);
      expect(instance.errors).toEqual([
        expect.stringMatching(/attribute bad of logins is left out \(attribute\)/),
      ]);
    },
  );

  it("that is a getter that throws, or attributes that cannot be read at all", async () => {
    const instance = new Instance();
    const counter = instance.meter.createCounter("logins");
    const getter = Object.defineProperty({ result: "ok" }, "bad", { get: throwing, enumerable: true });
    counter.add(1, getter);
    for (const attributes of [proxy, "text", 5, () => {}, Symbol("x")])
      counter.add(1, attributes as Attributes);
    counter.add(1, null as never);
    expect(await instance.flush()).toBe(true);
    expect([instance.total("logins_total", { result: "ok" }), instance.total("logins_total")]).toEqual([
      1, 7,
    ]);
    expect(instance.errors).toEqual([
      expect.stringContaining("attribute bad of logins"),
      expect.stringContaining("attributes of logins"),
    ]);
  });

  it("is not one that has a JSON", async () => {
    for (const [value, label] of USABLE) {
      const instance = new Instance();
      instance.meter.createCounter("logins").add(1, { value: value as string });
      await instance.flush();
      expect(instance.receiver.series("logins_total")[0]?.labels.value).toBe(label);
      expect(instance.errors).toEqual([]);
    }
  });

  it("cannot change after it was recorded", async () => {
    const instance = new Instance();
    const [attributes, list] = [{ result: "ok", list: ["a"] }, ["a"]];
    attributes.list = list;
    const counter = instance.meter.createCounter("logins");
    counter.add(1, attributes);
    attributes.result = "changed";
    list.push("b");
    counter.add(1, { result: "ok", list: ["a"] });
    await instance.flush();
    expect(instance.receiver.series("logins_total").map(({ labels }) => labels.list)).toEqual(['["a"]']);
    expect(instance.total("logins_total", { result: "ok" })).toBe(2);
  });
});

describe("a value that cannot be recorded", () => {
  it("is dropped alone: add(NaN) dropped the series' whole interval", async () => {
    const instance = new Instance();
    const { meter } = instance;
    const [counter, upDown] = [meter.createCounter("logins"), meter.createUpDownCounter("open")];
    const [histogram, gauge] = [meter.createHistogram("size"), meter.createGauge("seats")];
    for (const value of [1, Number.NaN, 2, "3", undefined, 5n, 4]) {
      counter.add(value as number);
      upDown.add(value as number);
      histogram.record(value as number);
    }
    for (const value of [-1, 1]) {
      counter.add(value);
      histogram.record(value);
    }
    gauge.record(Number.NaN);
    expect(await instance.flush()).toBe(true);
    await instance.flush();
    expect(["logins_total", "open", "size_count"].map((name) => instance.total(name))).toEqual([8, 7, 4]);
    expect(instance.total("seats")).toBeNaN();
    expect(instance.dropped("value")).toBe(3 * 4 + 2);
    expect(instance.errors.length).toBeGreaterThan(0);
    for (const error of instance.errors) expect(error).toMatch(/a measurement of \w+ is left out \(value\)/);
  });
});

describe("attribute names", () => {
  it("like pushmeter's own internal one do not swap labels", async () => {
    const instance = new Instance();
    const { recorderOf } = await import("../adapter/index.ts");
    const recorder = recorderOf(instance.pushmeter);
    const invocation = recorder.begin("http", () => ({}), {});
    if (!invocation) throw new Error("metrics are switched off");
    recorder.endHttp(invocation, { method: "GET", url: "http://x/" }, { status: 200 }, () => ({}));
    instance.meter.createCounter("logins").add(1, { "pushmeter.set": 0 });
    await instance.flush();
    expect(instance.receiver.series("logins_total")[0]?.labels).toMatchObject({ pushmeter_set: "0" });
    expect(instance.receiver.series("logins_total")[0]?.labels).not.toHaveProperty("outcome");
  });

  it("are told up to a hundred times, however many there are", async () => {
    const instance = new Instance();
    const counter = instance.meter.createCounter("logins");
    for (let i = 0; i < 1000; i++) counter.add(1, { [`key-${i}`.repeat(50)]: Symbol("x") as never });
    expect(await instance.flush()).toBe(true);
    await instance.flush();
    expect([instance.errors.length, instance.dropped("attribute")]).toEqual([100, 1000]);
    for (const error of instance.errors) expect(error.length).toBeLessThan(250);
  });
});

describe("10,000 random attribute objects", () => {
  const wires: [string, Push][] = [
    [
      "remote write",
      (fetch, runtime) => remoteWrite({ url: "http://receiver/api/v1/write", fetch }, runtime),
    ],
    ["Pushgateway", (fetch, runtime) => pushgateway({ url: "http://gateway", fetch, gzip: false }, runtime)],
    [
      "OTLP",
      () => otlp({ url: "http://receiver/v1/metrics", gzip: false, fetch: async () => new Response() }),
    ],
  ];

  it.each(wires)("fail no push over %s, and everything that is left out is counted", async (name, push) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.info(`seed ${seed}`);
    const random = seeded(seed);
    const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
    const text = () =>
      String.fromCharCode(...Array.from({ length: Math.floor(random() * 20) }, () => random() * 65_536));
    const keys = [
      "job",
      "le",
      "a.b",
      "a_b",
      "__name__",
      "__proto__",
      "constructor",
      "toJSON",
      "pushmeter.set",
      "",
    ];
    let [measured, expected] = [0, 0];
    const attributes = () => {
      const object: Record<string, unknown> = {};
      for (let i = Math.floor(random() * 4); i >= 0; i--) {
        const key = random() < 0.3 ? text() : pick(keys);
        const isBad = random() < 0.2;
        const value = isBad ? pick(UNUSABLE)[1] : random() < 0.3 ? text() : pick(USABLE)[0];
        if (Object.hasOwn(object, key)) continue;
        if (isBad) expected++;
        Object.defineProperty(object, key, { value, enumerable: true });
      }
      return object as Attributes;
    };
    const instance = new Instance(push);
    const { meter } = instance;
    const counter = meter.createCounter("hostile.counter");
    const histogram = meter.createHistogram("hostile.histogram");
    const gauge = meter.createGauge("hostile.gauge");
    for (let i = 0; i < 10_000; i++) {
      const hostile = attributes();
      if (i % 100 === 0) histogram.record(random(), hostile);
      else if (i % 2) gauge.record(random(), hostile);
      else {
        counter.add(1, hostile);
        measured++;
      }
      if (i % 2500 === 2499) expect(await instance.flush()).toBe(true);
    }
    expect(await instance.flush()).toBe(true);
    const exposition = await (await instance.pushmeter.scrape()).text();
    if (name === "OTLP") return;
    expect(instance.total("hostile_counter_total")).toBe(measured);
    expect(instance.dropped("attribute")).toBe(expected);
    if (exposition.includes("# TYPE")) {
      expect(exposition).toContain(`${DROPPED}{reason="attribute"} ${expected}\n`);
    }
  });
});
