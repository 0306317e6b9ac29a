/** What docs/aggregator.md shows and a machine can check: its blocks make a Worker that counts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Receiver } from "@pushmeter/sdk/testing";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { until } from "@pushmeter/testkit/poll";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { expect, it } from "vitest";
import { ask, json, TOKEN } from "./rig.ts";

const docs = readFileSync(join(import.meta.dirname, "../../docs/aggregator.md"), "utf8");

interface Configuration {
  readonly compatibility_flags: string[];
  readonly durable_objects: { readonly bindings: { readonly name: string; readonly class_name: string }[] };
  readonly migrations: { readonly new_sqlite_classes: string[] }[];
}

it("docs/aggregator.md shows a Worker that counts by RPC and by HTTPS", async () => {
  const [own = "", https = "", ...others] = codeBlocks(docs, "ts");
  expect(others).toEqual([]);
  const [jsonc = ""] = codeBlocks(docs, "jsonc");
  const { compatibility_flags, durable_objects, migrations } = JSON.parse(
    `{${jsonc.replace(/^\/\/.*$/m, "")}}`,
  ) as Configuration;
  const classes = migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes);
  const contents = `
    import { instrumentWorker } from "@pushmeter/adapters/workers";
    import { ingest } from "@pushmeter/aggregator";
    ${own}
    ${https.replace("export default", "const https =")}
    const logins = pushmeter.meter.createCounter("logins");
    export default instrumentWorker(pushmeter, {
      fetch(request, env) {
        if (new URL(request.url).pathname !== "/login") return https.fetch(request, env);
        logins.add(1);
        return new Response("hello");
      },
    });`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "http", "url"],
  });
  const receiver = new Receiver();
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]?.text ?? "",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: compatibility_flags,
      bindings: { PUSHMETER_REMOTE_WRITE_URL: "http://receiver/api/v1/write", PUSHMETER_TOKEN: TOKEN },
      durableObjects: Object.fromEntries(
        durable_objects.bindings.map(({ name, class_name: className }) => [
          name,
          { className, useSQLite: classes.includes(className) },
        ]),
      ),
      outboundService: async (request: Request) => {
        const { url, method, headers } = request;
        const body = await request.arrayBuffer();
        return receiver.fetch(new Request(url, { method, headers: [...headers], body })) as never;
      },
      cf: false,
      log: new Log(LogLevel.NONE),
    } as never),
  );
  try {
    for (let n = 0; n < 5; n++) await (await ask(worker, "/login")).body?.cancel();
    const point = { asInt: "3", timeUnixNano: `${Date.now()}000000` };
    const sum = { dataPoints: [point], aggregationTemporality: 1, isMonotonic: true };
    const attributes = [{ key: "service.name", value: { stringValue: "courses" } }];
    const resourceMetrics = [
      { resource: { attributes }, scopeMetrics: [{ metrics: [{ name: "remote.logins", sum }] }] },
    ];
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const body = JSON.stringify({ resourceMetrics });
    expect((await ask(worker, "/v1/metrics", { method: "POST", headers, body })).status).toBe(200);
    const totals = () => ["logins_total", "remote_logins_total"].map((name) => receiver.total(name));
    await until("all is counted", totals, ([rpc, https]) => rpc === 5 && https === 3, 60_000);
    for (const { labels } of receiver.series()) {
      expect(labels).toMatchObject({ job: "courses", instance: expect.stringMatching(/^shard-[0-3]$/) });
    }
    const status = await json(worker, "/status?service=courses", { headers });
    expect(status).toMatchObject({ service: "courses", duplicates: 0, instances: expect.any(Number) });
  } finally {
    await worker.dispose();
  }
});
