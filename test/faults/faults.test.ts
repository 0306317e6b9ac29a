/** After any faults of the network, once the receiver is back, the totals are exact. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import type { Delivery } from "@pushmeter/testkit/faulty-proxy/deliveries";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAULTS } from "./deliveries.ts";
import { Instance } from "./instance.ts";

const ROUNDS = 6;
const PROTOCOLS = ["auto", "1.0", "2.0"] as const;
const HISTOGRAMS = { classic: "classic", native: nativeHistograms() } as const;

/** One push begins with each of these. */
const SCHEDULES: Record<string, readonly Delivery[]> = {
  "reset before the body": ["refuse", "refuse"],
  "reset during the body": ["break the request", "pass", "break the request"],
  "reset after the body": ["break after the request"],
  "answer lost after the receiver stored it": ["lose the answer"],
  "answer lost again and again": Array<Delivery>(6).fill("lose the answer"),
  "answer cut short": ["store, then break the answer", "pass", "store, then break the answer"],
  "500 and 503": ["500", "503", "500", "pass", "503"],
  "500 and 504 from a gateway after the receiver stored it": ["store, then 500", "store, then 504"],
  "503 and 429 with a date": ["503 with a date", "429 with a date"],
  "429 with seconds": ["429 with one second", "429 with one second"],
  "400 for good": ["400", "400", "400", "400"],
  "400 after a lost answer": ["lose the answer", "400", "400"],
  "413 and 415": ["413", "pass", "415", "413"],
  "415 after a lost answer": ["lose the answer", "415"],
  hanging: ["hang", "store, then hang"],
  "one byte a second": ["one byte a second"],
  garbage: ["garbage", "garbage"],
};

describeWithServers("a misbehaving network", (servers) => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(servers.prometheus, { args: ["--enable-feature=native-histograms"] });
  });
  afterAll(() => prometheus.stop());

  /** Rounds of something happening and a push that may fail; then the network heals. */
  async function run(
    name: string,
    protocol: (typeof PROTOCOLS)[number],
    faults: readonly Delivery[],
    histograms: keyof typeof HISTOGRAMS = "classic",
    random?: () => number,
  ) {
    const proxy = await FaultyProxy.start(prometheus.url);
    try {
      const url = proxy.through(prometheus.writeUrl);
      const service = `${name}, ${protocol}, ${histograms}`;
      const instance = new Instance(service, { url, protocol, histograms: HISTOGRAMS[histograms] }, random);
      proxy.queue.push(...faults);
      for (let round = 0; round < ROUNDS; round++) {
        instance.record(round);
        await instance.pushmeter.flush();
      }
      await until(
        "the schedule is over",
        () => instance.pushmeter.flush(),
        () => !proxy.queue.length,
      );
      instance.record(ROUNDS);
      await instance.settle();
      await instance.check(prometheus, histograms);
    } finally {
      await proxy.stop();
    }
  }

  for (const protocol of PROTOCOLS) {
    describe.concurrent(`protocol ${protocol}`, () => {
      for (const [name, faults] of Object.entries(SCHEDULES)) {
        it(name, () => run(name, protocol, faults));
        if (protocol !== "2.0") it(`${name}, native histograms`, () => run(name, protocol, faults, "native"));
      }
    });
  }

  const random = new Random();
  describe.concurrent(`random schedules from SEED=${random.seed}`, () => {
    for (let n = 0; n < 20; n++) {
      const faults = Array.from({ length: 3 + random.below(12) }, () =>
        random.pick([...FAULTS, ...Array<Delivery>(5).fill("pass")]),
      );
      // All drawn here: these tests run at once, in an order that no seed repeats.
      const [protocol, histograms] = [random.pick(PROTOCOLS), random.pick(["classic", "native"] as const)];
      const own = Array.from({ length: 64 }, () => random.next());
      let i = 0;
      const next = () => own[i++ % own.length] as number;
      it(`${n}, ${protocol}, ${histograms}: ${faults.join(" · ")}`, () =>
        run(`random ${random.seed} ${n}`, protocol, faults, histograms, next));
    }
  });

  it("down for long: nothing is lost", async () => {
    const proxy = await FaultyProxy.start(prometheus.url);
    const instance = new Instance("down for long", { url: proxy.through(prometheus.writeUrl), timeout: 500 });
    await proxy.fail("refuse");
    for (let round = 0; round < 30; round++) {
      instance.record(round);
      await instance.pushmeter.flush();
    }
    expect(instance.errors).toHaveLength(30);
    await proxy.work();
    await instance.settle();
    await instance.check(prometheus);
    await proxy.stop();
  });
});

describeWithServers("a receiver that is killed and restarted", (servers) => {
  it.each(PROTOCOLS)("has every total, protocol %s", async (protocol) => {
    const storage = await mkdtemp(join(tmpdir(), "pushmeter-restart-"));
    const args = ["--enable-feature=created-timestamp-zero-ingestion"];
    const start = () => startPrometheus(servers.prometheus, { storage, args });
    let prometheus = await start();
    const proxy = await FaultyProxy.start(prometheus.url);
    const url = proxy.through(prometheus.writeUrl);
    const instance = new Instance("restarted", { url, protocol });
    try {
      for (let round = 0; round < ROUNDS; round++) {
        instance.record(round);
        proxy.queue.push("lose the answer");
        await instance.pushmeter.flush();
        if (round % 2) continue;
        await prometheus.stop();
        instance.record(round);
        await instance.pushmeter.flush({ timeout: 500 });
        prometheus = await start();
        proxy.moveTo(prometheus.url);
      }
      await instance.settle();
      await instance.check(prometheus);
      for (const { samples } of await prometheus.queryRange('logins_total{job="restarted"}[1h]')) {
        expect(samples.filter(([, value]) => value === 0)).toHaveLength(1);
      }
    } finally {
      await prometheus.stop();
      await proxy.stop();
      await rm(storage, { recursive: true });
    }
  });
});
