/** docs/aggregator.md: both of its Workers count, under the real wrangler with the page's configuration. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Receiver } from "@pushmeter/sdk/testing";
import { until } from "@pushmeter/testkit/poll";
import { serve } from "@pushmeter/testkit/serve";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { unstable_startWorker as startWorker } from "wrangler";
import { writeBlocks } from "./documents.ts";

const TOKEN = "a-token-for-tests";

describe.concurrent("docs/aggregator.md", () => {
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(() => {
    vi.stubEnv("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    vi.stubEnv("WRANGLER_SEND_METRICS", "false");
    vi.stubEnv("WRANGLER_SEND_ERROR_REPORTS", "false");
  });
  afterAll(async () => {
    await Promise.all(stops.map((stop) => stop()));
  });

  /** Each with its own receiver: both write the series of one service and shard. */
  async function start(main: string) {
    const receiver = new Receiver();
    const server = await serve(receiver.fetch);
    const folder = await writeBlocks("docs/aggregator.md");
    const config = join(folder, "wrangler.jsonc");
    const text = await readFile(config, "utf8");
    const url = `${server.url}/api/v1/write`;
    await writeFile(config, text.replace("http://127.0.0.1:9090/api/v1/write", url));
    const plain = (value: string) => ({ type: "plain_text", value }) as const;
    const worker = await startWorker({
      config,
      entrypoint: join(folder, main),
      bindings: { REMOTE_WRITE_URL: plain(url), PUSHMETER_TOKEN: plain(TOKEN) },
      dev: { server: { port: 0 }, inspector: false, persist: false, logLevel: "none" },
    });
    await worker.ready;
    stops.push(async () => {
      await worker.dispose();
      server.close();
      await rm(folder, { recursive: true, force: true });
    });
    return { worker, receiver };
  }

  /** Waits for the total, and looks at the labels of its series. */
  async function counted(receiver: Receiver, name: string, total: number, instance: RegExp): Promise<void> {
    await until(
      name,
      () => receiver.total(name),
      (counted) => counted === total,
      60_000,
    );
    for (const { labels } of receiver.series(name)) {
      expect(labels).toMatchObject({ job: "courses", instance: expect.stringMatching(instance) });
    }
  }

  it("shows a Worker whose requests come out of the object in the same Worker", async () => {
    const { worker, receiver } = await start("src/index.ts");
    for (let n = 0; n < 5; n++) await (await worker.fetch("http://localhost/")).text();
    await counted(receiver, "http_server_request_duration_seconds_count", 5, /^shard-0$/);
  });

  it("shows a Worker that takes OTLP over HTTPS and answers with its status", async () => {
    const { worker, receiver } = await start("src/ingest.ts");
    const point = { asInt: "3", timeUnixNano: `${Date.now()}000000` };
    const sum = { dataPoints: [point], aggregationTemporality: 1, isMonotonic: true };
    const attributes = [{ key: "service.name", value: { stringValue: "courses" } }];
    const resourceMetrics = [
      { resource: { attributes }, scopeMetrics: [{ metrics: [{ name: "remote.logins", sum }] }] },
    ];
    const body = JSON.stringify({ resourceMetrics });
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const answer = await worker.fetch("http://localhost/v1/metrics", { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    await counted(receiver, "remote_logins_total", 3, /^shard-[0-3]$/);
    const status = await worker.fetch("http://localhost/status?service=courses", { headers });
    expect(await status.json()).toMatchObject({
      service: "courses",
      duplicates: 0,
      batches: 1,
      instances: expect.any(Number),
      series: expect.any(Number),
    });
  });
});
