import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { type Server, serve } from "@pushmeter/testkit/serve";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * Workers AI and Vectorize, which have no local simulator: workerd's bindings for them run here, and this answers their
 * requests, which miniflare sends to where its remote proxy would be.
 */
async function answerRemote(request: Request): Promise<Response> {
  const url = new URL(request.headers.get("mf-url") ?? "");
  const model = request.headers.get("mf-header-cf-consn-model-id");
  if (model?.startsWith("@cf/meta/"))
    return Response.json({ response: "Hello" }, { headers: { "cf-aig-log-id": "1" } });
  if (model) return Response.json({ name: "ModelNotFound", description: "no such model" }, { status: 400 });
  const [answer, status] = INDEX_ANSWERS[url.pathname] ?? [{ error: "no such operation" }, 404];
  return Response.json(answer, { status });
}

const INDEX_ANSWERS: Readonly<Record<string, readonly [answer: unknown, status: number]>> = {
  "/info": [{ vectorCount: 2, dimensions: 2 }, 200],
  "/insert": [{ mutationId: "0" }, 200],
  "/upsert": [{ mutationId: "1" }, 200],
  "/query": [{ count: 1, matches: [{ id: "a", score: 1 }] }, 200],
  "/getByIds": [[{ id: "a", values: [1, 2] }], 200],
  "/deleteByIds": [{ error: "no such vector", code: 40_004 }, 400],
};

describe("instrumentEnv and instrumentedFetch in workerd", () => {
  let server: ReceiverServer;
  let worker: Miniflare;
  let origin: URL;
  let remote: Server;

  beforeAll(async () => {
    server = await ReceiverServer.start();
    remote = await serve(answerRemote);
    const remoteProxyConnectionString = new URL(remote.url) as never;
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
      ai: { binding: "AI", remoteProxyConnectionString },
      vectorize: { INDEX: { index_name: "courses", remoteProxyConnectionString } },
    });
    origin = await worker.ready;
  });
  afterAll(async () => {
    await worker.dispose();
    server.stop();
    remote.close();
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
      "BUCKET createMultipartUpload cloudflare.r2 success = 1",
      "BUCKET delete cloudflare.r2 success = 1",
      "BUCKET get cloudflare.r2 success = 1",
      "BUCKET head cloudflare.r2 success = 1",
      "BUCKET list cloudflare.r2 success = 1",
      "BUCKET put cloudflare.r2 success = 1",
      "CACHE delete cloudflare.cache success = 1",
      "CACHE match cloudflare.cache success = 2",
      "CACHE put cloudflare.cache success = 1",
      "DB all cloudflare.d1 Error exception = 1",
      "DB all cloudflare.d1 success = 1",
      "DB batch cloudflare.d1 success = 1",
      "DB exec cloudflare.d1 success = 1",
      "DB first cloudflare.d1 success = 2",
      "DB raw cloudflare.d1 success = 1",
      "DB run cloudflare.d1 success = 1",
      "INDEX deleteByIds cloudflare.vectorize Error exception = 1",
      "INDEX describe cloudflare.vectorize success = 1",
      "INDEX getByIds cloudflare.vectorize success = 1",
      "INDEX insert cloudflare.vectorize success = 1",
      "INDEX query cloudflare.vectorize success = 1",
      "INDEX queryById cloudflare.vectorize success = 1",
      "INDEX upsert cloudflare.vectorize success = 1",
      "KV delete cloudflare.kv success = 1",
      "KV get cloudflare.kv success = 1",
      "KV getWithMetadata cloudflare.kv success = 1",
      "KV list cloudflare.kv success = 1",
      "KV put cloudflare.kv success = 1",
    ]);
    expect(counted("gen_ai_client_operation_duration").sort()).toEqual([
      "InferenceUpstreamError run cloudflare @cf/nobody/no-model exception = 1",
      "run cloudflare @cf/meta/llama-3.1-8b-instruct success = 1",
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
      "GET 200 success ROOM = 1",
      "GET 404 client_error CATALOGUE = 1",
    ]);
  });
});
