import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("instrumentEnv and instrumentedFetch in workerd", () => {
  let server: ReceiverServer;
  let worker: Miniflare;
  let origin: URL;

  beforeAll(async () => {
    server = await ReceiverServer.start();
    const script = await bundleWorker({ file: join(import.meta.dirname, "everything/bindings.ts") });
    worker = startWorkerd(script, {
      name: "courses",
      bindings: { PUSH_URL: server.writeUrl },
      kvNamespaces: ["KV"],
      d1Databases: ["DB"],
      r2Buckets: ["BUCKET"],
      queueProducers: { JOBS: "jobs" },
      serviceBindings: { CATALOGUE: { name: "courses", entrypoint: "Catalogue" } },
      durableObjects: { ROOM: { className: "Room", useSQLite: true } },
    });
    origin = await worker.ready;
  });
  afterAll(async () => {
    await worker.dispose();
    server.stop();
  });

  const get = async (path: string) => (await fetch(new URL(path, origin))).json();

  it("leave every result and error as it is, and count each operation", async () => {
    const measured = await get("/");
    expect(measured).toEqual(await get("/plain"));
    const counted = (metric: string) =>
      server.receiver.series(`${metric}_seconds_count`).map(({ labels, samples }) => {
        const { job: _, instance: __, __name__: ___, ...rest } = labels;
        return `${Object.values(rest).join(" ")} = ${samples.at(-1)?.value}`;
      });
    await until(
      "the request is counted",
      () => server.receiver.total("http_server_request_duration_seconds_count"),
      (n) => n >= 1,
    );
    expect(counted("db_client_operation_duration").sort()).toEqual([
      "BUCKET get cloudflare.r2 success = 1",
      "BUCKET head cloudflare.r2 success = 1",
      "BUCKET put cloudflare.r2 success = 1",
      "CACHE match cloudflare.cache success = 1",
      "DB all cloudflare.d1 Error exception = 1",
      "DB all cloudflare.d1 success = 1",
      "DB batch cloudflare.d1 success = 1",
      "DB exec cloudflare.d1 success = 1",
      "DB first cloudflare.d1 success = 2",
      "DB run cloudflare.d1 success = 1",
      "KV get cloudflare.kv success = 1",
      "KV getWithMetadata cloudflare.kv success = 1",
      "KV list cloudflare.kv success = 1",
      "KV put cloudflare.kv success = 1",
    ]);
    expect(counted("messaging_client_operation_duration").sort()).toEqual([
      "JOBS send cloudflare_queues success = 1",
      "JOBS sendBatch cloudflare_queues success = 1",
    ]);
    expect(counted("rpc_client_call_duration").sort()).toEqual([
      "RangeError exception CATALOGUE/fail workers_rpc = 1",
      "success CATALOGUE/find workers_rpc = 2",
      "success ROOM/join workers_rpc = 1",
    ]);
    expect(counted("http_client_request_duration").sort()).toEqual([
      "GET 200 success 127.0.0.1 = 1",
      "GET 404 client_error CATALOGUE = 1",
    ]);
  });
});
