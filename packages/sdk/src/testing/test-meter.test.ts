import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Platform, recorderOf } from "../adapter/index.ts";
import { createPushmeter, type Pushmeter, type PushmeterOptions } from "../index.ts";
import { nativeHistograms } from "../native-histograms/index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { FakeRuntime, Receiver, testMeter } from "./index.ts";
import { matchers } from "./vitest/index.ts";

expect.extend(matchers);

const LOGINS = "app_logins_total";
const REQUESTS = "http_server_request_duration_seconds";
const url = "http://receiver/api/v1/write";

/** A service that pushes to a receiver, as a Worker does. */
class Service {
  readonly receiver = new Receiver();
  readonly runtime = new FakeRuntime({ fetch: this.receiver.fetch });
  readonly errors: unknown[] = [];
  readonly waiting: Promise<unknown>[] = [];
  readonly pushmeter: Pushmeter;

  constructor(options: PushmeterOptions = {}) {
    const push = remoteWrite({ url }, this.runtime);
    const onError = (error: unknown) => void this.errors.push(error);
    this.pushmeter = createPushmeter({ service: "courses", push, onError, ...options }, this.runtime);
  }

  request(seconds = 0, env: Record<string, unknown> = {}): void {
    const waitUntil = (promise: Promise<unknown>) => void this.waiting.push(promise);
    const platform = (): Platform => ({ env, waitUntil });
    const recorder = recorderOf(this.pushmeter);
    const invocation = recorder.begin("http", platform, {});
    if (!invocation) return;
    const startedAt = invocation.startedAt - seconds * 1000;
    recorder.endHttp(
      { ...invocation, startedAt },
      { method: "GET", url: "https://x/" },
      { status: 200 },
      platform,
    );
  }
}

describe("testMeter", () => {
  it("reads what is recorded under the names and labels that Prometheus receives", async () => {
    const { pushmeter } = new Service();
    const meter = testMeter(pushmeter);
    const logins = pushmeter.meter.createCounter("app.logins");
    logins.add(2, { "user.tier": "gold", new: true });
    logins.add(1, { "user.tier": "free", new: true });
    expect(await meter.total(LOGINS)).toBe(3);
    expect(await meter.total(LOGINS, { user_tier: "gold" })).toBe(2);
    expect(await meter.total(LOGINS, { user_tier: "free", new: true })).toBe(1);
    expect(await meter.total(LOGINS, { user_tier: "", new: true })).toBe(0);
    expect(await meter.total("app.logins")).toBe(0);
    expect(await meter.series(LOGINS, { user_tier: "gold" })).toEqual([
      { name: LOGINS, labels: { new: "true", user_tier: "gold" }, value: 2 },
    ]);
    expect(await meter.list()).toEqual([
      `${LOGINS}{new="true",user_tier="gold"} 2`,
      `${LOGINS}{new="true",user_tier="free"} 1`,
    ]);
  });

  it("leaves nothing in waitUntil and pushes nothing, also if requests came before it", async () => {
    for (const before of [0, 3]) {
      const service = new Service();
      const { pushmeter, receiver, runtime, waiting, errors } = service;
      for (let i = 0; i < before; i++) service.request();
      await runtime.until(pushmeter.flush());
      const { accepted } = receiver;
      await runtime.advance(20_000);
      waiting.length = 0;

      const meter = testMeter(pushmeter);
      for (let i = 0; i < 5; i++) service.request();
      await runtime.advance(60_000);
      expect(await pushmeter.flush()).toBe(true);
      await pushmeter.shutdown();
      expect(await meter.total(`${REQUESTS}_count`)).toBe(before + 5);
      expect([waiting, errors, receiver.accepted, receiver.refused]).toEqual([[], [], accepted, 0]);
      expect(runtime.pending).toBe(0);
    }
  });

  it("starts no interval in a long-lived process", async () => {
    const runtime = new FakeRuntime();
    const pushmeter = createPushmeter({ service: "courses", push: remoteWrite({ url }, runtime) }, runtime);
    const meter = testMeter(pushmeter);
    const invocation = recorderOf(pushmeter).begin("timer", () => ({}), {});
    if (!invocation) throw new Error("metrics are switched off");
    recorderOf(pushmeter).endFaas(invocation, "timer", {}, () => ({}));
    expect(runtime.pending).toBe(0);
    expect(await meter.total("faas_invoke_duration_seconds_count")).toBe(1);
  });

  it("does not ask the environment for a destination", async () => {
    const push = vi.fn(() => remoteWrite({ url: "" }));
    const service = new Service({ push });
    testMeter(service.pushmeter);
    service.request();
    expect([push.mock.calls, service.errors]).toEqual([[], []]);
  });

  it("does not start the instance: the first request does, with its environment", async () => {
    const service = new Service({ resourceLabels: ["cloud.region"] });
    const meter = testMeter(service.pushmeter);
    await meter.reset();
    service.request(0, { OTEL_RESOURCE_ATTRIBUTES: "cloud.region=weur" });
    expect(await meter.total("faas_coldstarts_total")).toBe(1);
    expect(await meter.total(`${REQUESTS}_count`, { cloud_region: "weur" })).toBe(1);
  });

  it("is the same for the same pushmeter", async () => {
    const { pushmeter } = new Service();
    const first = testMeter(pushmeter);
    pushmeter.meter.createCounter("app.logins").add(1);
    expect([await first.total(LOGINS), await testMeter(pushmeter).total(LOGINS)]).toEqual([1, 1]);
  });

  it("begins anew with reset, whatever the instrument", async () => {
    const { pushmeter, runtime } = new Service();
    const meter = testMeter(pushmeter);
    const counter = pushmeter.meter.createCounter("app.logins");
    const open = pushmeter.meter.createUpDownCounter("app.open");
    const free = pushmeter.meter.createGauge("app.free");
    const sizes = pushmeter.meter.createHistogram("app.size");
    let users = 10;
    pushmeter.meter.createObservableGauge("app.users").addCallback((result) => result.observe(users));
    pushmeter.meter.createObservableCounter("app.seen").addCallback((result) => result.observe(users));
    const record = () => {
      counter.add(1);
      open.add(2);
      free.record(7);
      sizes.record(3);
    };
    const read = async () => (await meter.list()).map((line) => line.replace("app_", ""));
    record();
    expect(await read()).toEqual([
      "logins_total 1",
      "open 2",
      "free 7",
      "size_sum 3",
      "size_count 1",
      "users 10",
      "seen_total 10",
    ]);
    await meter.reset();
    users = 12;
    expect(await read()).toEqual(["users 12", "seen_total 2"]);
    record();
    record();
    expect((await read()).sort()).toEqual([
      "free 7",
      "logins_total 2",
      "open 4",
      "seen_total 2",
      "size_count 2",
      "size_sum 6",
      "users 12",
    ]);
    expect(runtime.pending).toBe(0);
  });

  it("leaves a scrape its totals", async () => {
    const { pushmeter } = new Service();
    const meter = testMeter(pushmeter);
    const counter = pushmeter.meter.createCounter("app.logins");
    counter.add(1);
    await meter.reset();
    counter.add(2);
    expect(await meter.total(LOGINS)).toBe(2);
    // In workerd the test's pushmeter is that of the edge, which is not scraped.
    const scraped = await pushmeter.scrape();
    if (scraped.status === 200) expect(await scraped.text()).toContain(`${LOGINS} 3\n`);
  });

  it("says by how much an action increases a metric, and passes on what it throws", async () => {
    const { pushmeter } = new Service();
    const meter = testMeter(pushmeter);
    const counter = pushmeter.meter.createCounter("app.logins");
    counter.add(5, { result: "success" });
    const login = async () => counter.add(2, { result: "success" });
    expect(await meter.increase(LOGINS, { result: "success" }, login)).toBe(2);
    expect(await meter.increase(LOGINS, { result: "failure" }, login)).toBe(0);
    const broken = new Error("broken");
    await expect(meter.increase(LOGINS, {}, () => Promise.reject(broken))).rejects.toBe(broken);
  });

  it.each([
    ["bounds", remoteWrite({ url })],
    ["native histograms", remoteWrite({ url, histograms: nativeHistograms() })],
  ])("reads histograms with %s: count, sum and quantiles", async (_, push) => {
    const service = new Service({ push });
    const meter = testMeter(service.pushmeter);
    for (const seconds of [0.02, 0.02, 0.2, 0.2]) service.request(seconds);
    const { count, sum, quantile } = await meter.histogram(REQUESTS, { http_response_status_code: 200 });
    expect([count, sum]).toEqual([4, expect.closeTo(0.44)]);
    // As histogram_quantile: the median is the upper bound of 0.02's bucket; 3 of 4 lie half way in that of 0.2.
    expect([quantile(0.5), quantile(0.75), quantile(1)]).toEqual([0.025, expect.closeTo(0.175), 0.25]);
    expect(() => quantile(95)).toThrow("pushmeter: a quantile is from 0 to 1, got 95");
    expect(await meter.total(`${REQUESTS}_count`)).toBe(4);
    expect(await meter.total(`${REQUESTS}_bucket`, { le: "0.1" })).toBe(2);
    const none = await meter.histogram(REQUESTS, { http_response_status_code: 500 });
    expect([none.count, none.sum, none.quantile(0.5)]).toEqual([0, 0, NaN]);
    expect((await meter.histogram(LOGINS)).count).toBe(0);
  });

  it("adds the label sets of a histogram up", async () => {
    const { pushmeter } = new Service();
    const meter = testMeter(pushmeter);
    const sizes = pushmeter.meter.createHistogram("app.size", {
      advice: { explicitBucketBoundaries: [1, 2, 4] },
    });
    sizes.record(1, { kind: "a" });
    sizes.record(4, { kind: "b" });
    sizes.record(100, { kind: "b" });
    const { count, sum, quantile } = await meter.histogram("app_size");
    expect([count, sum, quantile(0), quantile(0.34), quantile(1)]).toEqual([
      3,
      105,
      0,
      expect.closeTo(2.04),
      4,
    ]);
    expect((await meter.histogram("app_size", { kind: "b" })).count).toBe(2);
  });

  it("refuses in one sentence what is no pushmeter", () => {
    const message = "pushmeter: the first argument must be what createPushmeter returned, got undefined";
    expect(() => testMeter(undefined as never)).toThrow(message);
  });
});

describe("a failed assertion", () => {
  const { pushmeter } = new Service();
  const meter = testMeter(pushmeter);
  const logins = pushmeter.meter.createCounter("app.logins");
  beforeEach(() => meter.reset());

  /** The message of `assertCounted`, which is that of the matcher, too. */
  async function messageOf(...expectation: Parameters<typeof meter.assertCounted>): Promise<string> {
    const messages: string[] = [];
    for (const assertion of [
      meter.assertCounted(...expectation),
      expect(meter).toHaveCounted(...expectation),
    ]) {
      await assertion.catch(({ message }) => messages.push(message));
    }
    expect(messages).toHaveLength(2);
    expect(messages[1]).toBe(messages[0]);
    return messages[0] as string;
  }

  it("passes for the exact count, or for any without a number", async () => {
    logins.add(2, { result: "success" });
    await meter.assertCounted(LOGINS, { result: "success" }, 2);
    await meter.assertCounted(LOGINS);
    await expect(meter).toHaveCounted(LOGINS, { result: "success" }, 2);
    await expect(meter).toHaveCounted(LOGINS);
    await expect(meter).not.toHaveCounted(LOGINS, { result: "failure" });
    await expect(meter).toHaveCounted(LOGINS, { result: "failure" }, 0);
  });

  it("lists the label sets of the name", async () => {
    logins.add(1, { result: "failure" });
    logins.add(3, { result: "locked" });
    expect(await messageOf(LOGINS, { result: "success" }, 2)).toBe(
      [
        'app_logins_total{result="success"} is 0, expected 2',
        "",
        "Recorded under this name:",
        '  app_logins_total{result="failure"} 1',
        '  app_logins_total{result="locked"} 3',
      ].join("\n"),
    );
  });

  it("names the nearest name and lists the others", async () => {
    logins.add(1);
    pushmeter.meter.createHistogram("app.size").record(4);
    const others = ["", "Recorded under other names:", "  app_size_sum 4", "  app_size_count 1"];
    for (const wrong of ["app.logins", "app_login_total", "app_logins"]) {
      expect(await messageOf(wrong)).toBe(
        [
          `${wrong} is 0, expected to have counted`,
          "",
          "Did you mean app_logins_total?",
          "  app_logins_total 1",
          ...others,
        ].join("\n"),
      );
    }
  });

  it("names the count where a histogram's own name is asked for", async () => {
    pushmeter.meter.createHistogram("app.size").record(4);
    expect(await messageOf("app_size", {}, 1)).toBe(
      [
        "app_size is 0, expected 1",
        "",
        "Did you mean app_size_count?",
        "  app_size_count 1",
        "",
        "Recorded under other names:",
        "  app_size_sum 4",
      ].join("\n"),
    );
  });

  it("says that nothing is recorded", async () => {
    expect(await messageOf(LOGINS, {}, 1)).toBe("app_logins_total is 0, expected 1\n\nNothing is recorded.");
  });

  it("says that metrics are switched off", async () => {
    vi.stubEnv("OTEL_SDK_DISABLED", "true");
    try {
      const off = createPushmeter({ service: "courses" });
      off.meter.createCounter("app.logins").add(1);
      await expect(testMeter(off).assertCounted(LOGINS)).rejects.toThrow(
        "Nothing is recorded: OTEL_SDK_DISABLED is true.",
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("lists at most 20 series", async () => {
    for (let i = 0; i < 23; i++) logins.add(1, { user: i });
    const lines = (await messageOf(LOGINS, {}, 24)).split("\n");
    expect([lines.length, lines.at(-1)]).toEqual([3 + 21, "  … and 3 more"]);
  });

  it("shows what was counted where it should not have been", async () => {
    logins.add(2);
    await expect(expect(meter).not.toHaveCounted(LOGINS, {}, 2)).rejects.toThrow(
      "app_logins_total is 2, expected not 2",
    );
  });

  it("is an assertion error with both values, which runners show as a difference", async () => {
    logins.add(1);
    await expect(meter.assertCounted(LOGINS, {}, 2)).rejects.toMatchObject({
      name: "AssertionError",
      code: "ERR_ASSERTION",
      actual: 1,
      expected: 2,
    });
  });

  it("of the matcher says what it takes", async () => {
    await expect(expect(pushmeter).toHaveCounted(LOGINS)).rejects.toThrow(
      "pushmeter: toHaveCounted takes what testMeter returned: expect(meter)",
    );
  });
});
