import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until, untilNudged } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import type { Miniflare } from "miniflare";
import { afterEach, beforeEach, expect, it } from "vitest";
import { countedRequests, total, withoutZero } from "./counted.ts";
import { heard, SITE } from "./setup.ts";
import { addTo, send, type Table } from "./traffic.ts";
import { startWorker } from "./workers.ts";

describeWithServers("a real Prometheus that stores and whose answers are lost", (servers) => {
  let prometheus: Prometheus;
  let proxy: FaultyProxy;
  let worker: Miniflare;

  beforeEach(async () => {
    prometheus = await startPrometheus(servers.prometheus);
    proxy = await FaultyProxy.start(prometheus.url);
  });

  afterEach(async () => {
    await worker?.dispose();
    await proxy.stop();
    await prometheus.stop();
  });

  const start = async (flush: number | "invocation") => {
    worker = await startWorker("remote-write", {
      url: proxy.through(prometheus.writeUrl),
      flush,
      timeout: 500,
    });
  };

  const visit = async (path: string, row: string, sent: Record<string, number>) => {
    const response = await worker.dispatchFetch(SITE + path);
    await response.text();
    addTo(sent, { [row]: 1 });
  };

  async function counts(sent: Record<string, number>): Promise<void> {
    const counted = () => countedRequests(prometheus);
    const areAll = (table: Table) => total(table) >= total(sent);
    // On a busy machine a push can be too late as well.
    const more = () => visit("/search", "GET /search 200 success -", sent);
    await untilNudged("all requests are counted", counted, areAll, more);
    expect(await counted()).toEqual(sent);
    expect(await withoutZero(prometheus)).toEqual([]);
  }

  it("holds exact totals in the end, each series from zero on", async () => {
    await start(200);
    const random = new Random();
    const sent: Record<string, number> = {};
    for (const failure of ["lose the answer", "store, then hang", "lose the answer"] as const) {
      await proxy.fail(failure);
      addTo(sent, await send([worker], { random, requests: 60, concurrency: 8 }));
      const tried = () => proxy.disturbed;
      const more = () => visit("/search", "GET /search 200 success -", sent);
      await untilNudged("pushes have been tried", tried, (attempts) => attempts > 1, more);
      await proxy.work();
      addTo(sent, await send([worker], { random, requests: 60, concurrency: 8 }));
      await counts(sent);
    }
  });

  it("takes the next push, which cannot know that the last one was stored", async () => {
    await start("invocation");
    const sent: Record<string, number> = {};
    await proxy.fail("store, then hang");
    await visit("/courses/1", "GET /courses/:id 200 success -", sent);
    // One invocation makes one push: once it has given up, no push is under way.
    const errors = () => heard(worker);
    await until("the push has given up", errors, ({ length }) => length > 0);
    await proxy.work();
    await visit("/teapot", "GET /teapot 418 client_error -", sent);
    await counts(sent);
  });
});
