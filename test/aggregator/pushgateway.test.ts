import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { Random } from "@pushmeter/testkit/test-random";
import { expect, it } from "vitest";
import { ask, json, startAggregator } from "./aggregator.ts";

const SHARDS = 2;
const ROUNDS = 40;
const INSTANCES = 10;

describeWithServers("the aggregator before a real Pushgateway", (files) => {
  it("leaves one group for each shard, and Prometheus scrapes what happened", async () => {
    const random = new Random();
    const pushgateway = await startPushgateway(files.pushgateway);
    const prometheus = await startPrometheus(files.prometheus, { scrape: { pushgateway: pushgateway.url } });
    const proxy = await FaultyProxy.start(pushgateway.url);
    const worker = await startAggregator({ url: proxy.url, protocol: "pushgateway", shards: SHARDS });
    try {
      let happened = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const n = 1 + random.below(5);
        happened += n;
        const call = ask(worker, `/record?instance=${round % INSTANCES}&n=${n}&result=success`);
        if (random.next() < 0.15) await ask(worker, `/crash?shard=${random.below(SHARDS)}`);
        await (await call).body?.cancel();
        if (random.next() < 0.1) await proxy.fail(random.pick(["lose the answer", "500", "down"] as const));
        else if (random.next() < 0.3) await proxy.work();
      }
      await proxy.work();
      await until("every batch is acknowledged", () => json<boolean>(worker, "/flush"), Boolean);
      const scraped = async (query: string) => (await prometheus.query(query))[0]?.value ?? 0;
      const total = await until(
        "all is counted",
        () => scraped("sum(logins_total)"),
        (seen) => {
          expect(seen).toBeLessThanOrEqual(happened);
          return seen === happened;
        },
      );
      expect(total).toBe(happened);
      expect(await scraped("sum(sizes_sum)")).toBe(happened);
      expect(await scraped("sum(sizes_count)")).toBe(ROUNDS);
      expect(await scraped("sum(resets(logins_total[1h]))")).toBe(0);
      const groups = (await pushgateway.groups()).map(({ labels }) => labels);
      expect(groups.sort((a, b) => ((a.instance ?? "") < (b.instance ?? "") ? -1 : 1))).toEqual(
        Array.from({ length: SHARDS }, (_, shard) => ({ job: "courses", instance: `shard-${shard}` })),
      );
    } finally {
      await worker.dispose();
      await proxy.stop();
      await prometheus.stop();
      await pushgateway.stop();
    }
  });
});
