/** A process with the largest shard: 20,000 label sets of histograms with 15 bounds, its memory and one heartbeat. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MemoryStore, ShardHost, VERSION } from "@pushmeter/aggregator/core";
import type { Runtime } from "@pushmeter/sdk";
import { systemRuntime } from "@pushmeter/sdk/adapter";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { measured } from "../child.ts";
import type { Progress } from "../part.ts";
import { ANSWER, INTERVAL, type Large, SETS } from "./large.ts";

const METRICS = 10;
const BOUNDS = Array.from({ length: 15 }, (_, i) => 2 ** i);
const TARGET = { resource: { "service.name": "bench" }, shard: "shard-0" };

async function large(progress: Progress): Promise<Large> {
  const heap = () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => setTimeout(() => response.writeHead(204).end(), ANSWER));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`;
  try {
    let now = Math.floor(Date.now() / INTERVAL) * INTERVAL;
    const runtime = { ...systemRuntime, now: () => now };
    const before = heap();
    const host = new ShardHost(
      {
        store: new MemoryStore(),
        runtime,
        alarm: { set: () => {}, clear: () => {} },
        destination: (clock: Runtime) => remoteWrite({ url, protocol: "1.0" }, clock),
        interval: INTERVAL,
        abort: (reason) => {
          throw new Error(reason);
        },
      },
      { parts: [], rows: [] },
    );
    for (let from = 0; from < SETS; from += 400) {
      progress(`${from} of ${SETS} label sets`);
      const message = { version: VERSION, id: { instance: "a", seq: 1 + from }, target: TARGET } as const;
      host.receive({ ...message, encoding: "json", body: body(from, 400, now) });
      await host.flush();
    }
    let peak = 0;
    const watch = setInterval(() => {
      const { heapUsed, external } = process.memoryUsage();
      peak = Math.max(peak, heapUsed + external - before);
    }, 20);
    const heartbeat = async () => {
      now += INTERVAL;
      const started = performance.now();
      await host.alarm();
      return performance.now() - started;
    };
    progress("the first heartbeat");
    const first = await heartbeat();
    host.receive({
      version: VERSION,
      id: { instance: "b", seq: 1 },
      target: TARGET,
      encoding: "json",
      body: body(0, 400, now),
    });
    await host.flush();
    progress("the next heartbeat");
    const next = await heartbeat();
    clearInterval(watch);
    const memory = heap() - before;
    const { failures, prometheusSeries } = host.status();
    return { memory, peak, first, next, series: prometheusSeries, failures };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function body(from: number, count: number, time: number): Uint8Array {
  const bucketCounts = [...BOUNDS.map(() => 1), 1];
  const metrics = Array.from({ length: METRICS }, (_, metric) => ({
    name: `metric.${metric}`,
    histogram: {
      aggregationTemporality: 1,
      dataPoints: Array.from({ length: count / METRICS }, (_, i) => ({
        attributes: [
          { key: "http.route", value: { stringValue: `/courses/${from / METRICS + i}/lessons` } },
          { key: "http.request.method", value: { stringValue: "GET" } },
          { key: "http.response.status_code", value: { intValue: "200" } },
        ],
        timeUnixNano: `${time}000000`,
        count: bucketCounts.length,
        sum: 12.5,
        bucketCounts,
        explicitBounds: BOUNDS,
      })),
    },
  }));
  const resource = { attributes: [] };
  return new TextEncoder().encode(
    JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }),
  );
}

await measured((_: unknown, progress) => large(progress));
