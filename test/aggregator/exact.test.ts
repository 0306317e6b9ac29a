import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import { expect, it } from "vitest";
import { ask, json, startAggregator } from "./aggregator.ts";

const INSTANCES = 20;
const SHARDS = 4;
const ROUNDS = 100;
const RESULTS = ["success", "failure"];
const QUERY = "sum by (result) (last_over_time(logins_total[1h]))";
/** All that only grows, the aggregator's own among them. */
const GROWING = [
  "logins_total",
  "sizes_count",
  "sizes_sum",
  "sizes_bucket",
  "pushmeter_push_duration_seconds_bucket",
  "pushmeter_aggregator_batches_total",
  "pushmeter_aggregator_pushes_total",
];

describeWithServers("the aggregator before a real Prometheus", ({ prometheus: file }) => {
  it.each(["auto", "1.0"] as const)(
    "counts exactly over %s, though calls repeat, answers get lost, objects are evicted",
    async (protocol) => {
      const random = new Random();
      const prometheus = await startPrometheus(file);
      const proxy = await FaultyProxy.start(prometheus.url);
      const folder = await mkdtemp(join(tmpdir(), "pushmeter-aggregator-"));
      const options = { url: proxy.through(prometheus.writeUrl), protocol, shards: SHARDS, folder };
      let worker = await startAggregator(options);
      const happened: Record<string, number> = { success: 0, failure: 0 };
      let size = 0;
      const flushed = () =>
        until("every batch is acknowledged", () => json<boolean>(worker, "/flush"), Boolean);
      try {
        for (let round = 0; round < ROUNDS; round++) {
          const result = random.pick(RESULTS);
          const n = 1 + random.below(5);
          happened[result] = (happened[result] ?? 0) + n;
          size += n;
          const call = ask(worker, `/record?instance=${round % INSTANCES}&n=${n}&result=${result}`);
          if (random.next() < 0.15) await ask(worker, `/crash?shard=${random.below(SHARDS)}`);
          await (await call).body?.cancel();
          if (random.next() < 0.1) await proxy.fail(random.pick(["lose the answer", "500", "down"] as const));
          else if (random.next() < 0.3) await proxy.work();
          if (round === ROUNDS / 2) {
            await flushed();
            await worker.dispose();
            worker = await startAggregator(options);
          }
        }
        await proxy.work();
        await flushed();
        const totals = async () =>
          Object.fromEntries(
            (await prometheus.query(QUERY)).map(({ labels, value }) => [labels.result, value]),
          );
        await until("all is counted", totals, (seen) => {
          for (const result of RESULTS) expect(seen[result] ?? 0).toBeLessThanOrEqual(happened[result] ?? 0);
          return RESULTS.every((result) => seen[result] === happened[result]);
        });
        const series = await prometheus.query("count(last_over_time(logins_total[1h]))");
        expect(series[0]?.value).toBe(SHARDS * RESULTS.length);
        // Growth is seen whole: every series starts at zero, and none falls back.
        for (const name of GROWING) {
          const all = await prometheus.queryRange(`${name}[1h]`);
          expect(all.length, name).toBeGreaterThanOrEqual(SHARDS);
          for (const { labels, samples } of all) {
            const values = samples.map(([, value]) => value);
            const what = JSON.stringify(labels);
            expect(values[0], what).toBe(0);
            expect(values, what).toEqual([...values].sort((a, b) => a - b));
          }
        }
        expect((await prometheus.query("sum(sizes_count)"))[0]?.value).toBe(ROUNDS);
        expect((await prometheus.query("sum(sizes_sum)"))[0]?.value).toBe(size);
      } finally {
        await worker.dispose();
        await proxy.stop();
        await prometheus.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
