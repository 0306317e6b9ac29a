import { MemoryStore, ShardHost, VERSION } from "@pushmeter/aggregator/core";
import type { Runtime } from "@pushmeter/sdk";
import { systemRuntime } from "@pushmeter/sdk/adapter";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { expect, it } from "vitest";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

interface Answer {
  readonly data: readonly {
    readonly seriesLabels: Readonly<Record<string, string>>;
    readonly exemplars: readonly {
      readonly labels: object;
      readonly value: string;
      readonly timestamp: number;
    }[];
  }[];
}

/** A counter and a histogram, each with one exemplar. */
function body(time: number): Uint8Array {
  const at = (ms: number) => `${ms}000000`;
  const exemplars = [{ traceId: TRACE, asDouble: 3, timeUnixNano: at(time - 1000) }];
  const point = { timeUnixNano: at(time), exemplars };
  const temporality = { aggregationTemporality: 1 };
  const buckets = { count: 2, sum: 6, bucketCounts: [0, 2, 0], explicitBounds: [1, 5] };
  const metrics = [
    { name: "logins", sum: { ...temporality, isMonotonic: true, dataPoints: [{ ...point, asInt: "2" }] } },
    { name: "size", histogram: { ...temporality, dataPoints: [{ ...point, ...buckets }] } },
  ];
  return new TextEncoder().encode(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
}

describeWithServers("exemplars through the aggregator", ({ prometheus: file }) => {
  it.each(["1.0", "2.0"] as const)(
    "reach Prometheus once, in the right bucket, over %s",
    async (protocol) => {
      const prometheus = await startPrometheus(file, { args: ["--enable-feature=exemplar-storage"] });
      try {
        const store = new MemoryStore();
        let now = Math.floor(Date.now() / 15_000) * 15_000 - 60_000;
        const host = new ShardHost(
          {
            store,
            runtime: { ...systemRuntime, now: () => now },
            alarm: { set: () => {}, clear: () => {} },
            destination: (clock: Runtime) => remoteWrite({ url: prometheus.writeUrl, protocol }, clock),
            interval: 15_000,
            abort: (reason) => {
              throw new Error(reason);
            },
          },
          store.load(),
        );
        const start = now;
        const target = { resource: { "service.name": "courses" }, shard: "shard-0" };
        const id = { instance: "a", seq: 1 };
        await host.push({ version: VERSION, id, target, encoding: "json", body: body(now) });
        for (let heartbeat = 0; heartbeat < 3; heartbeat++) {
          now += 15_000;
          await host.alarm();
        }
        expect(host.status().lastPush).toMatchObject({ result: "success" });
        const query = `query={job="courses"}&start=${start / 1000 - 60}&end=${now / 1000}`;
        const response = await fetch(`${prometheus.url}/api/v1/query_exemplars?${query}`);
        const { data } = (await response.json()) as Answer;
        const found = data.map(({ seriesLabels: { __name__, le }, exemplars }) => [__name__, le, exemplars]);
        const expected = [{ labels: { trace_id: TRACE }, value: "3", timestamp: (start - 1000) / 1000 }];
        expect(found.sort()).toEqual([
          ["logins_total", undefined, expected],
          ["size_bucket", "5.0", expected],
        ]);
      } finally {
        await prometheus.stop();
      }
    },
  );
});
