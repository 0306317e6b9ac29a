import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { createPushmeter, type Destination, type Pushmeter, type Runtime } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import type { Server } from "@pushmeter/testkit/servers/process";
import { type Prometheus, type QueriedSeries, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { afterAll, beforeAll, expect, it } from "vitest";

const TEXTS = [
  "Zürich",
  "東京",
  "😀 and e\u0301",
  'a "quoted" word',
  'ends with "',
  "back\\slash",
  "ends with \\",
  "not a newline: \\n",
  '\\"',
  "line\nbreak",
  "line\r\nbreak",
  "\n",
  "tab\tand \u007f",
  "\u2028 \u00a0",
  "/a//b/",
  " leading and trailing ",
  '{le="1"} 5 # {} ',
  "'single'",
  "%2F + @base64",
  "x".repeat(1024),
  "nul \0 inside",
];

/** Names of services and groups. Names of white space alone are refused. */
const NAMES = [...TEXTS.filter((text) => text.trim()), ".", "..", "=", "a=b", "-", "_", "~"];

/** The instance and the durations are the same for both wires. */
function fixedRuntime(): Runtime {
  let elapsed = 0;
  return {
    now: () => Date.now(),
    monotonic: () => (elapsed += 0.25),
    random: () => 0.5,
    instanceId: () => 'instance "ä"/\\\n1',
    timer(ms, callback) {
      const timer = setTimeout(callback, ms).unref();
      return () => clearTimeout(timer);
    },
    fetch: (request) => fetch(request),
  };
}

/** One series of every kind, with difficult names, bounds and values. */
async function record(pushmeter: Pushmeter): Promise<void> {
  const { meter } = pushmeter;
  const texts = meter.createCounter("app.texts", { description: 'Of "all" kinds,\nback\\slashes, ü.' });
  for (const [i, text] of TEXTS.entries()) texts.add(i + 1, { text });
  texts.add(1, { text: "lone \ud800" });
  texts.add(1, {
    job: "own job",
    instance: "own instance",
    le: "own le",
    "a.b": 7,
    "a-b": true,
    c: ["x", "y"],
  });
  meter.createCounter("app.größe", { unit: "By" }).add(0.1 + 0.2, { "schlüssel/ü": "Wert" });
  meter.createUpDownCounter("app.seats", { unit: "{seat}" }).add(-3);
  for (const value of [2 ** 53, 1e300, 5e-324, -0.1, Infinity]) {
    meter.createGauge("app.value", { unit: "1" }).record(value, { value });
  }
  meter.createObservableGauge("app.users").addCallback((result) => result.observe(12, { role: "Schüler" }));
  meter.createObservableCounter("app.cpu", { unit: "s" }).addCallback((result) => result.observe(1.5));
  const sizes = meter.createHistogram("app.size", {
    unit: "By",
    advice: {
      explicitBucketBoundaries: [-1, 0, 1e-7, 1e-5, 1e-4, 0.1, 1, 2.5, 16384, 1e6, 1.5e6, 123456789, 1e21],
    },
  });
  for (const value of [0, 1e-6, 0.3, 1, 20_000, 2e6, 1e22]) sizes.record(value, { text: "größer\n" });
  const handler = instrumentFetch(pushmeter, () => new Response(), { route: () => "/kurse/:id/ü" });
  await handler(new Request("http://courses.example/kurse/1/ü"));
}

function byLabels(series: readonly QueriedSeries[]): Record<string, number> {
  return Object.fromEntries(
    series
      .map(({ labels, value }) => [JSON.stringify(Object.entries(labels).sort()), value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describeWithServers("difficult text", (servers) => {
  let gateway: Server;
  let written: Prometheus;
  let scraped: Prometheus;

  beforeAll(async () => {
    gateway = await startPushgateway(servers.pushgateway);
    written = await startPrometheus(servers.prometheus);
    scraped = await startPrometheus(servers.prometheus, { scrape: { pushgateway: gateway.url } });
  });

  afterAll(async () => {
    await Promise.all([gateway?.stop(), written?.stop(), scraped?.stop()]);
  });

  /** Both wires, each with the Prometheus that stores the series in the end. */
  const wires = (): [Destination, Prometheus][] => [
    [remoteWrite({ url: written.writeUrl }), written],
    [pushgateway({ url: gateway.url }), scraped],
  ];

  it("arrives unchanged, and both wires store the same series", async () => {
    const service = { name: 'Kurse "Zürich" \\ 東京\n2026', namespace: "Schule/Süd" };
    const stored: Record<string, number>[] = [];
    const selector = `{job=${JSON.stringify(`${service.namespace}/${service.name}`)},__name__!~"push_.+"}`;
    for (const [push, prometheus] of wires()) {
      const errors: unknown[] = [];
      const pushmeter = createPushmeter(
        {
          service,
          push,
          resource: { "deployment.environment.name": 'pro"d\n', "host.name": "\\ü" },
          resourceLabels: ["host.name"],
          onError: (error) => errors.push(error),
        },
        fixedRuntime(),
      );
      await record(pushmeter);
      await pushmeter.shutdown();
      expect(errors).toEqual([]);
      const series = await until(
        "the series are stored",
        // last_over_time: stale markers have ended the series.
        () => prometheus.query(`last_over_time(${selector}[1h])`),
        (series) => series.length > 0,
      );
      stored.push(byLabels(series));
      const texts = series.filter(({ labels }) => labels.__name__ === "app_texts_total" && labels.text);
      expect(texts.map(({ labels }) => labels.text).sort()).toEqual([...TEXTS, "lone \ufffd"].sort());
      expect(series.every(({ labels }) => labels.instance === 'instance "ä"/\\\n1')).toBe(true);
    }
    expect(stored[0]).toEqual(stored[1]);
    expect(Object.keys(stored[0] ?? {}).length).toBeGreaterThan(60);
  });

  it("is allowed in a grouping key", async () => {
    const grouping = Object.fromEntries(NAMES.map((text, i) => [`key_${i}`, text]));
    const push = pushgateway({ url: gateway.url, grouping });
    const pushmeter = createPushmeter({ service: "grouped", push });
    pushmeter.meter.createCounter("app.grouped").add(5);
    expect(await pushmeter.flush()).toBe(true);
    const [series] = await until(
      "the group is scraped",
      () => scraped.query("app_grouped_total"),
      (series) => series.length > 0,
    );
    expect(series).toMatchObject({ labels: { job: "grouped", ...grouping }, value: 5 });
  });

  it("is allowed as a service's name", async () => {
    for (const service of NAMES) {
      for (const [push] of wires()) {
        const pushmeter = createPushmeter({ service, push });
        pushmeter.meter.createCounter("app.named").add(1);
        expect(await pushmeter.flush(), service).toBe(true);
      }
    }
    for (const prometheus of [written, scraped]) {
      const jobs = async () => (await prometheus.query("app_named_total")).map(({ labels }) => labels.job);
      const all = await until("all are there", jobs, ({ length }) => length >= NAMES.length);
      expect(all.sort()).toEqual([...NAMES].sort());
    }
  });
});
