import { describe, expect, it } from "vitest";
import { createPushmeter } from "./index.ts";
import { Receiver } from "./testing/index.ts";

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
});
