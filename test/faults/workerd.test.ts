/** The same in workerd, with its own clock: after any faults, every request is counted once. */

import type { Delivery } from "@pushmeter/testkit/faulty-proxy/deliveries";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import type { Miniflare } from "miniflare";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorker } from "../e2e/workers.ts";
import { FAULTS } from "./deliveries.ts";

const COUNT = "sum(http_server_request_duration_seconds_count)";
const INSTANCES = 4;

describeWithServers("a misbehaving network between a Worker and Prometheus", (servers) => {
  let prometheus: Prometheus;
  const proxies: FaultyProxy[] = [];
  const workers: Miniflare[] = [];

  beforeEach(async () => {
    prometheus = await startPrometheus(servers.prometheus);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.dispose()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
    await prometheus.stop();
  });

  it("loses nothing and counts nothing twice, and no response suffers", async () => {
    const random = new Random();
    const faults = FAULTS.toSorted(() => random.next() - 0.5);
    const sent = await Promise.all(
      Array.from({ length: INSTANCES }, (_, n) => suffer(faults.filter((_, i) => i % INSTANCES === n))),
    );
    const total = sent.reduce((sum, requests) => sum + requests, 0);
    const counted = async () => (await prometheus.query(COUNT))[0]?.value;
    expect(await until("all requests are counted", counted, (value) => value === total)).toBe(total);
    const resets = await prometheus.query("sum(resets(http_server_request_duration_seconds_count[1h]))");
    expect(resets).toEqual([{ labels: {}, value: 0 }]);
  });

  /** Requests to one instance until its network is through with its faults and everything has arrived. */
  async function suffer(faults: readonly Delivery[]): Promise<number> {
    const proxy = await FaultyProxy.start(prometheus.url);
    proxies.push(proxy);
    proxy.queue.push(...faults);
    const worker = await startWorker("remote-write", {
      url: `${proxy.url}/api/v1/write`,
      flush: "invocation",
      timeout: 1000,
    });
    workers.push(worker);
    let requests = 0;
    const request = async () => {
      const response = await worker.dispatchFetch("http://courses.example/courses/1");
      expect([response.status, await response.json()]).toEqual([200, { id: "1" }]);
      requests++;
    };
    const isOver = async () => {
      await request();
      return !proxy.queue.length && proxy.passed > 0;
    };
    await until(faults.join(" · "), isOver, Boolean, 90_000);
    return requests;
  }
});
