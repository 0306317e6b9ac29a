import { DROPPED } from "@pushmeter/testkit/published";
import { describe, expect, it } from "vitest";
import { createPushmeter, type Destination } from "../index.ts";
import { pushgateway } from "../pushgateway/index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { FakeRuntime, Receiver } from "../testing/index.ts";

type Push = (fetch: Receiver["fetch"], runtime: FakeRuntime) => Destination;

const remote: Push = (fetch, runtime) => remoteWrite({ url: "http://receiver/api/v1/write", fetch }, runtime);
const gateway: Push = (fetch, runtime) =>
  pushgateway({ url: "http://gateway", fetch, gzip: false, grouping: { region: "weur" } }, runtime);
const WIRES: [string, Push][] = [
  ["remote write", remote],
  ["Pushgateway", gateway],
];

/** An instance and what the receiver has of it. The receiver refuses a request that holds a series twice. */
class Instance {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly errors: string[] = [];
  readonly pushmeter;
  readonly meter;

  constructor(push: Push, resource: Record<string, string> = {}) {
    const onError = (error: unknown) => void this.errors.push(String(error));
    const destination = push(this.receiver.fetch, this.runtime);
    this.pushmeter = createPushmeter(
      { service: "courses", push: destination, resource, onError },
      this.runtime,
    );
    this.meter = this.pushmeter.meter;
  }

  async flush(): Promise<boolean> {
    await this.runtime.advance(1000);
    return this.runtime.until(this.pushmeter.flush());
  }

  /** The samples of each series of this name. */
  samples(name: string): number[][] {
    return this.receiver.series(name).map(({ samples }) => samples.map(({ value }) => value));
  }

  dropped(reason: string): number {
    return this.receiver.total(DROPPED, { reason });
  }
}

describe("streams that translate to one series are one series", () => {
  it("with one zero, whichever begins first (each brought its own)", async () => {
    const instance = new Instance(remote);
    const { meter } = instance;
    const [logins, total] = [meter.createCounter("logins"), meter.createCounter("logins.total")];
    logins.add(1, { "user.tier": "free", code: 200 });
    await instance.flush();
    logins.add(1, { user_tier: "free", code: "200" });
    await instance.flush();
    total.add(1, { user_tier: "free", code: 200 });
    await instance.flush();
    total.add(5, { "user.tier": "free", code: "200" });
    await instance.flush();
    expect(instance.samples("logins_total")).toEqual([[0, 1, 2, 3, 8]]);
    expect(instance.errors).toEqual([]);
  });

  it.each(WIRES)("over %s: gauges keep the newest value, up-down counters add up", async (_, push) => {
    const instance = new Instance(push);
    const gauge = instance.meter.createGauge("seats");
    const upDown = instance.meter.createUpDownCounter("open");
    gauge.record(1, { room_id: "a" });
    gauge.record(2, { "room.id": "a" });
    upDown.add(3, { "room.id": "a" });
    upDown.add(4, { room_id: "a" });
    await instance.flush();
    expect(instance.receiver.total("open")).toBe(7);
    gauge.record(7, { room_id: "a" });
    await instance.flush();
    gauge.record(5, { "room.id": "a" });
    await instance.flush();
    expect(instance.receiver.total("seats")).toBe(5);
  });

  it.each(WIRES)(
    "over %s: a gauge called …_total keeps its name (disk and disk.total merged)",
    async (_, push) => {
      const instance = new Instance(push);
      instance.meter.createGauge("disk").record(10);
      instance.meter.createGauge("disk.total").record(100);
      expect(await instance.flush()).toBe(true);
      expect(["disk", "disk_total"].map((name) => instance.receiver.total(name))).toEqual([10, 100]);
    },
  );
});

describe.each(WIRES)("metrics that need the same name, over %s", (_, push) => {
  it.each(["req.count", "req_sum", "req_bucket", "req"])(
    "a histogram req beside a gauge %s: one is stored, the other reported once and counted",
    async (name) => {
      const instance = new Instance(push);
      const { meter } = instance;
      const logins = meter.createCounter("logins");
      const histogram = meter.createHistogram("req");
      histogram.record(0);
      await instance.flush();
      const gauge = meter.createGauge(name);
      for (let i = 1; i <= 3; i++) {
        logins.add(1);
        histogram.record(1);
        gauge.record(77);
        expect(await instance.flush()).toBe(true);
        expect(instance.receiver.total("logins_total")).toBe(i);
        expect(instance.receiver.total("req_sum")).toBe(i);
      }
      const reason = name === "req" ? "type_conflict" : "name_conflict";
      expect(instance.dropped(reason)).toBe(2);
      expect(instance.errors).toEqual([expect.stringContaining(`${name} is not stored (${reason})`)]);
    },
  );

  it("a histogram that comes after the gauge is the one that is reported", async () => {
    const instance = new Instance(push);
    instance.meter.createGauge("req.count").record(5);
    await instance.flush();
    instance.meter.createHistogram("req").record(1);
    expect(await instance.flush()).toBe(true);
    expect(instance.receiver.total("req_count")).toBe(5);
    expect(instance.errors).toEqual([
      expect.stringMatching(/: req is not stored .* another metric is req_count/),
    ]);
  });

  it("a metric called target.info does not replace the resource's", async () => {
    const instance = new Instance(push, { team: "a" });
    instance.meter.createGauge("target.info").record(5);
    instance.meter.createGauge("seats").record(5);
    expect(await instance.flush()).toBe(true);
    expect(instance.samples("target_info").map((samples) => samples.at(-1))).toEqual([1]);
    expect(instance.errors).toEqual([expect.stringContaining("target.info is not stored (name_conflict)")]);
  });
});

describe("a label of the Pushgateway's group", () => {
  it("beside an attribute of its name: the attribute is kept as exported_region (the push was refused)", async () => {
    const instance = new Instance(gateway);
    const logins = instance.meter.createCounter("logins");
    logins.add(1, { region: "one" });
    logins.add(2, { region: "two" });
    expect(await instance.flush()).toBe(true);
    const series = instance.receiver.series("logins_total");
    expect(series.map(({ labels }) => [labels.region, labels.exported_region])).toEqual([
      ["weur", "one"],
      ["weur", "two"],
    ]);
  });
});
