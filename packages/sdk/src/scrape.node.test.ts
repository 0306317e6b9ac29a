import { AggregationTemporality, InMemoryMetricExporter } from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import { createPushmeter } from "./index.ts";
import { remoteWrite } from "./remote-write/index.ts";
import { systemRuntime } from "./runtime.ts";
import { FakeRuntime, Receiver } from "./testing/index.ts";

describe("scrape", () => {
  it("answers with everything recorded, in the text format", async () => {
    const pushmeter = createPushmeter({ service: { name: "courses", version: "1.2" } });
    pushmeter.meter
      .createCounter("app.logins", { description: 'Logins, "all" of them' })
      .add(3, { result: "ok" });
    const response = await pushmeter.scrape();
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toBe(
      [
        '# HELP app_logins_total Logins, "all" of them',
        "# TYPE app_logins_total counter",
        'app_logins_total{result="ok"} 3',
        "# HELP target_info Target metadata",
        "# TYPE target_info gauge",
        'target_info{service_version="1.2"} 1',
        "",
      ].join("\n"),
    );
  });

  it("answers with nothing when nothing is recorded or metrics are switched off", async () => {
    expect(await (await createPushmeter({ service: "courses" }).scrape()).text()).toBe("");
  });

  it("takes nothing away from what is pushed", async () => {
    const pushmeter = createPushmeter({ service: "courses" });
    const counter = pushmeter.meter.createCounter("app.logins");
    for (const expected of [1, 2, 3]) {
      counter.add(1);
      expect(await (await pushmeter.scrape()).text()).toContain(`app_logins_total ${expected}\n`);
    }
  });

  it("takes nothing away from a destination for deltas (its next push lacked what was scraped)", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
    const pushmeter = createPushmeter({ service: "courses", push: exporter });
    const counter = pushmeter.meter.createCounter("app.logins");
    for (const total of [2, 4]) {
      counter.add(2);
      expect(await (await pushmeter.scrape()).text()).toContain(`app_logins_total ${total}\n`);
      expect(await pushmeter.flush()).toBe(true);
      const metrics = exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap(({ metrics }) => metrics);
      const logins = metrics?.find(({ descriptor }) => descriptor.name === "app.logins");
      expect(logins?.dataPoints.map(({ value }) => value)).toEqual([2]);
    }
  });
});

describe("a scrape that fails", () => {
  it("is answered with 500 and reported, and does not reject", async () => {
    const errors: unknown[] = [];
    const runtime = { ...systemRuntime };
    const pushmeter = createPushmeter({ onError: (error) => errors.push(error) }, runtime);
    pushmeter.meter.createCounter("app.logins").add(1);
    runtime.now = () => {
      throw new Error("no clock");
    };
    expect((await pushmeter.scrape()).status).toBe(500);
    expect(errors).toEqual([new Error("no clock")]);
  });
});

describe("a long-lived process", () => {
  it("reads the Pushgateway from the environment", async () => {
    const receiver = new Receiver();
    const { fetch, process } = globalThis as unknown as {
      fetch: unknown;
      process: { env: Record<string, string | undefined> };
    };
    globalThis.fetch = (request) => receiver.fetch(request as Request);
    process.env.PUSHMETER_PUSHGATEWAY_URL = "http://gateway";
    try {
      const pushmeter = createPushmeter({ service: "courses" });
      pushmeter.meter.createCounter("app.logins").add(3);
      expect(await pushmeter.flush()).toBe(true);
      expect(receiver.total("app_logins_total", { job: "courses" })).toBe(3);
    } finally {
      globalThis.fetch = fetch as typeof globalThis.fetch;
      delete process.env.PUSHMETER_PUSHGATEWAY_URL;
    }
  });

  it("has the user's service.instance.id as its instance (it was discarded)", async () => {
    for (const [resource, id] of [
      [{ "service.instance.id": "pod-7" }, "pod-7"],
      [{}, "instance-1"],
    ] as const) {
      const runtime = new FakeRuntime();
      const receiver = new Receiver({ now: () => runtime.now() });
      const errors: unknown[] = [];
      const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch: receiver.fetch }, runtime);
      const pushmeter = createPushmeter({ push, resource, onError: (error) => errors.push(error) }, runtime);
      pushmeter.meter.createCounter("app.logins").add(1);
      await runtime.until(pushmeter.flush());
      expect(receiver.series("app_logins_total").map(({ labels }) => labels.instance)).toEqual([id]);
      expect(errors).toEqual([]);
    }
  });
});
