import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Front } from "../e2e/front.ts";
import { until } from "../poll.ts";
import { Random } from "../random.ts";
import { describeWithServers } from "../servers/describe.ts";
import { startPrometheus } from "../servers/prometheus.ts";
import { ask, json, startAggregator } from "./rig.ts";

const INSTANCES = 20;
const SHARDS = 4;
const RESULTS = ["success", "failure"];
const QUERY = "sum by (result) (last_over_time(logins_total[1h]))";

describeWithServers("the aggregator before a real Prometheus", ({ prometheus: file }) => {
  it("counts exactly, though calls repeat, answers get lost and objects are evicted", async () => {
    const random = new Random();
    const prometheus = await startPrometheus(file);
    const front = new Front(async (request) =>
      fetch(`${prometheus.url}${new URL(request.url).pathname}`, {
        method: request.method,
        headers: request.headers,
        body: await request.arrayBuffer(),
      }),
    );
    await front.start();
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-aggregator-"));
    const options = { url: `${front.url}/api/v1/write`, shards: SHARDS, folder };
    let worker = await startAggregator(options);
    const happened: Record<string, number> = { success: 0, failure: 0 };
    const flushed = () =>
      until("every batch is acknowledged", () => json<boolean>(worker, "/flush"), Boolean);
    try {
      for (let round = 0; round < 150; round++) {
        const result = random.pick(RESULTS);
        const n = 1 + random.below(5);
        happened[result] = (happened[result] ?? 0) + n;
        const call = ask(worker, `/record?instance=${round % INSTANCES}&n=${n}&result=${result}`);
        if (random.next() < 0.15) await ask(worker, `/crash?shard=${random.below(SHARDS)}`);
        await (await call).body?.cancel();
        if (random.next() < 0.1) await front.fail(random.pick(["lost answer", "error", "refuse"]));
        else if (random.next() < 0.3) await front.work();
        if (round === 75) {
          await flushed();
          await worker.dispose();
          worker = await startAggregator(options);
        }
      }
      await front.work();
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
      const starts = await prometheus.query("min_over_time(logins_total[1h]) != 0");
      expect(starts).toEqual([]);
      expect((await prometheus.query("sum(resets(logins_total[1h]))"))[0]?.value).toBe(0);
    } finally {
      await worker.dispose();
      await front.stop();
      await prometheus.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
