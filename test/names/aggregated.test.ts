/** Names of other libraries arrive as they are behind the aggregator, too, which gets them as OTLP. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { scrapeOnly, startServer } from "@pushmeter/aggregator/node";
import { createPushmeter } from "@pushmeter/sdk";
import { appRequestCount } from "@pushmeter/sdk/names";
import { otlp } from "@pushmeter/sdk/otlp";
import { until } from "@pushmeter/testkit/poll";
import { parsed } from "@pushmeter/testkit/text-format";
import { expect, it } from "vitest";

it("two instances that count app_request_count are one series of that name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-names-"));
  const server = await startServer({
    push: scrapeOnly,
    store: join(folder, "totals.db"),
    host: "127.0.0.1",
    port: 0,
    // A new counter stands at zero for one interval.
    every: 100,
  });
  try {
    for (const requests of [2, 3]) {
      const push = otlp({ url: `${server.url}/v1/metrics`, temporality: "delta" });
      const pushmeter = createPushmeter({ service: "courses", push, names: appRequestCount() });
      const fetch = instrumentFetch(pushmeter, () => new Response("x"), { route: () => "/courses/:id" });
      for (let i = 0; i < requests; i++) await fetch(new Request("http://x/"));
      expect(await pushmeter.flush()).toBe(true);
    }
    const counts = async () => {
      const scraped = parsed(await (await fetch(`${server.url}/metrics`)).text());
      const counts = scraped.filter(({ name }) => name.startsWith("app_request_count"));
      return counts.map(({ name, labels, value }) => `${name} ${labels.endpoint} ${value}`).join();
    };
    const expected = "app_request_count /courses/{id} 5";
    expect(await until("the counts are there", counts, (text) => text === expected, 10_000)).toBe(expected);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
