/** Real receivers in the configurations that operators use: the totals are right without any setting by the user. */

import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startVictoriaMetrics } from "@pushmeter/testkit/servers/victoria-metrics";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Instance } from "../faults/instance.ts";

/** Of a push, ms; the fast runtime divides it by 20. */
const LONG = 600_000;
const ONLY = "--web.remote-write-receiver.accepted-protobuf-messages=";
const STARTS = "--enable-feature=created-timestamp-zero-ingestion";

describeWithServers("remote write to real receivers, protocol auto", (servers) => {
  const running: { stop(): Promise<void> }[] = [];
  let prometheus2 = "";
  let victoriaMetrics = "";
  let missing = "";
  beforeAll(async () => {
    try {
      prometheus2 = await findProgram("PROMETHEUS_2_BIN");
      victoriaMetrics = await findProgram("VICTORIA_METRICS_BIN");
    } catch (error) {
      if (process.env.CI === "true") throw error;
      missing = String(error);
    }
  }, 300_000);
  afterEach(async () => {
    for (const server of running.splice(0).reverse()) await server.stop();
  });

  const started = async (receiver: Promise<Prometheus>): Promise<Prometheus> => {
    running.push(await receiver);
    return receiver;
  };
  const prometheus3 = (...args: string[]) => started(startPrometheus(servers.prometheus, { args }));
  const receivers: Record<string, () => Promise<Prometheus>> = {
    "Prometheus 2.42": () => started(startPrometheus(prometheus2)),
    "Prometheus 3": () => prometheus3(),
    "Prometheus 3 with native histograms": () => prometheus3("--enable-feature=native-histograms"),
    "Prometheus 3 with start timestamps": () => prometheus3(STARTS),
    "Prometheus 3 with both": () => prometheus3(STARTS, "--enable-feature=native-histograms"),
    "Prometheus 3 with native histograms that takes 1.0 only": () =>
      prometheus3(`${ONLY}prometheus.WriteRequest`, "--enable-feature=native-histograms"),
    "Prometheus 3 that takes 1.0 only": () => prometheus3(`${ONLY}prometheus.WriteRequest`),
    "Prometheus 3 that takes 2.0 only": () => prometheus3(`${ONLY}io.prometheus.write.v2.Request`),
    VictoriaMetrics: () => started(startVictoriaMetrics(victoriaMetrics)),
  };

  /** Prometheus takes native histograms from 3.8 on, and before if it is asked to. */
  const takesNative = async (name: string, { url }: Prometheus) => {
    if (/native|both/.test(name)) return true;
    const { data } = (await (await fetch(`${url}/api/v1/status/buildinfo`)).json()) as {
      data: { version: string };
    };
    const [major = 0, minor = 0] = data.version.split(".").map(Number);
    return major === 3 && minor >= 8;
  };

  const cases = Object.keys(receivers).flatMap((name) =>
    (["classic", "native"] as const).map((histograms) => ({ name, histograms })),
  );
  // VictoriaMetrics takes native histograms and stores them as its own ranges.
  const wanted = cases.filter(
    ({ name, histograms }) => name !== "VictoriaMetrics" || histograms === "classic",
  );

  it.for(wanted)(
    "$name has the right totals, though answers are lost, with $histograms histograms or what it takes instead",
    async ({ name, histograms }, { skip }) => {
      if (missing && !name.startsWith("Prometheus 3")) skip(missing);
      const receiver = (await receivers[name]?.()) as Prometheus;
      const proxy = await FaultyProxy.start(receiver.url);
      running.push(proxy);
      const url = proxy.through(receiver.writeUrl);
      const instance = new Instance("shop", {
        url,
        timeout: LONG,
        histograms: histograms === "native" ? nativeHistograms() : histograms,
      });
      for (let round = 0; round < 5; round++) {
        instance.record(round);
        if (round % 2) proxy.queue.push("lose the answer");
        await instance.pushmeter.flush();
      }
      await instance.settle();
      expect(instance.errors).toEqual([]);
      const isNative = histograms === "native" && (await takesNative(name, receiver));
      await instance.check(receiver, isNative ? "native" : "classic");
      for (const { samples } of await receiver.queryRange(
        'logins_total{job="shop"}[1h]',
        Date.now() + 1000,
      )) {
        expect(samples[0]?.[1]).toBe(0);
      }

      await instance.pushmeter.shutdown();
      expect(await receiver.query('{job="shop"}', Date.now() + 1000)).toEqual([]);
    },
  );

  it.each([
    ["start timestamps on 3.5", "2.0", STARTS],
    ["a zero sample in version 1.0", "1.0", "--web.enable-lifecycle"],
  ] as const)(
    "increase() over a series' life, with %s, is the facts' arithmetic",
    async (_, protocol, flag) => {
      const receiver = await prometheus3(flag);
      for (const pushes of [1, 2, 10]) {
        const service = `pushes-${pushes}`;
        const instance = new Instance(service, { url: receiver.writeUrl, protocol, timeout: LONG });
        instance.record(0);
        for (let n = 0; n < pushes; n++) await instance.settle();
        const selector = `logins_total{job="${service}"}`;
        // Sample times are at least a millisecond apart: after fast pushes the last can be ahead of the clock.
        const [series] = await receiver.queryRange(`${selector}[5m]`, Date.now() + 1000);
        const samples = series?.samples ?? [];
        const total = instance.happened.get("success") as number;
        expect(samples.map(([, value]) => value)).toEqual([0, ...Array<number>(pushes).fill(total)]);
        // Half an average spacing is added at the end, nothing before the zero.
        const [first = 0, last = 0] = [samples[0]?.[0], samples.at(-1)?.[0]];
        const [increase] = await receiver.query(`increase(${selector}[5m])`, last + 60_000);
        const spacing = (last - first) / pushes;
        expect(increase?.value).toBeCloseTo((total * (last - first + spacing / 2)) / (last - first), 6);
        expect(increase?.value).toBeCloseTo(total * (1 + 1 / (2 * pushes)), 6);
      }
    },
  );
});
