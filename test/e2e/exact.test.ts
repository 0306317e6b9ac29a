import { throughout, until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { Random } from "@pushmeter/testkit/test-random";
import type { Miniflare } from "miniflare";
import { afterEach, expect, it } from "vitest";
import { countedRequests, total, withoutZero } from "./counted.ts";
import { heard } from "./setup.ts";
import { send } from "./traffic.ts";
import { startWorkers, type WorkerName, type WorkerOptions } from "./workers.ts";

const REQUESTS = 2000;
const INSTANCES = 5;
const EVERY = 1000;

describeWithServers("2,000 requests over five instances, none after the last", (servers) => {
  const started: { stop(): Promise<void> }[] = [];
  const running: Miniflare[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.dispose()));
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  async function sendAndCompare(
    prometheus: Prometheus,
    name: WorkerName,
    options: WorkerOptions,
  ): Promise<void> {
    const workers = await startWorkers(name, INSTANCES, options);
    running.push(...workers);
    const sent = await send(workers, { random: new Random(), requests: REQUESTS, concurrency: 8 });
    expect(total(sent)).toBe(REQUESTS);

    const counted = () => countedRequests(prometheus);
    await until("all requests are counted", counted, (table) => total(table) >= REQUESTS);
    // Long enough for one more push and one more scrape, which would show what is counted twice.
    await throughout(EVERY + 1500, async () => expect(await counted()).toEqual(sent));

    const lastBuckets = 'http_server_request_duration_seconds_bucket{job="courses",le="+Inf"}';
    expect(await countedRequests(prometheus, lastBuckets)).toEqual(sent);
    const single = async (promql: string) => (await prometheus.query(promql)).map(({ value }) => value);
    // last_over_time: a scrape that is late marks the Pushgateway's series stale until the next one.
    const requests = "last_over_time(http_server_request_duration_seconds_count[1h])";
    expect(await single(`count(count by (instance) (${requests}))`)).toEqual([INSTANCES]);
    const starts = 'last_over_time(faas_coldstarts_total{job="courses",faas_trigger="http"}[1h])';
    expect(await single(`sum(${starts})`)).toEqual([INSTANCES]);
    for (const worker of workers) expect(await heard(worker)).toEqual([]);
  }

  it.for([EVERY, "invocation"] as const)(
    "are counted exactly over remote write, each series from zero on, pushed every: %s",
    async (flush) => {
      const prometheus = await startPrometheus(servers.prometheus);
      started.push(prometheus);
      await sendAndCompare(prometheus, "remote-write", { url: prometheus.writeUrl, flush });
      expect(await withoutZero(prometheus)).toEqual([]);
    },
  );

  it("are counted exactly over the Pushgateway", async () => {
    const pushgateway = await startPushgateway(servers.pushgateway);
    started.push(pushgateway);
    const prometheus = await startPrometheus(servers.prometheus, {
      scrape: { pushgateway: pushgateway.url },
    });
    started.push(prometheus);
    await sendAndCompare(prometheus, "pushgateway", { url: pushgateway.url, flush: EVERY });
  });
});
