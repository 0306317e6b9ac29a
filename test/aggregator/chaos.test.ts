/**
 * Plain OpenTelemetry senders in every temporality, an OpenTelemetry Collector and pushmeter's own, while objects are
 * evicted, workerd is killed, answers get lost and a new version changes units and types. Production and staging have
 * one service name and one receiver. `SOAK` is the length in seconds.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Counter, Histogram } from "@opentelemetry/api";
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonExporter,
} from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until } from "@pushmeter/testkit/poll";
import { serve } from "@pushmeter/testkit/serve";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { Process } from "@pushmeter/testkit/servers/process";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import { expect, it } from "vitest";
import { ask, json, startAggregator, TOKEN } from "./aggregator.ts";
import { expectGrowth } from "./growth.ts";

const SECONDS = Number(process.env.SOAK) || 15;
const SHARDS = 2;
const INSTANCES = 12;
/** What staging records as its result. */
const STAGING = 999;
const PREFERENCES = [
  AggregationTemporalityPreference.DELTA,
  AggregationTemporalityPreference.CUMULATIVE,
  AggregationTemporalityPreference.LOWMEMORY,
];

/** One instance with OpenTelemetry's own SDK, of the first or the second version. */
class Instance {
  readonly #provider: MeterProvider;
  readonly #logins: Counter;
  readonly #sizes: Histogram;
  readonly #level: { record(value: number): void };
  readonly #isNew: boolean;

  constructor(id: string, url: string, random: Random, isNew: boolean) {
    this.#isNew = isNew;
    const Exporter = random.pick([JsonExporter, ProtobufExporter]);
    const exporter = new Exporter({
      url,
      headers: { authorization: `Bearer ${TOKEN}` },
      temporalityPreference: random.pick(PREFERENCES),
      timeoutMillis: 60_000,
    });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const resource = resourceFromAttributes({ "service.name": "courses", "service.instance.id": id });
    this.#provider = new MeterProvider({ resource, readers: [reader] });
    const meter = this.#provider.getMeter("app");
    this.#logins = meter.createCounter("logins", { unit: isNew ? "{login}" : "" });
    this.#sizes = meter.createHistogram("sizes", { unit: "By" });
    this.#level = isNew ? meter.createHistogram("level") : meter.createGauge("level");
  }

  record(n: number, result: number): void {
    this.#logins.add(n, { result: this.#isNew ? `${result}` : result });
    this.#sizes.record(n);
    this.#level.record(n);
  }

  push(): Promise<void> {
    return this.#provider.forceFlush();
  }

  end(): Promise<void> {
    return this.#provider.shutdown();
  }
}

/** Takes OTLP and hands it on to the aggregator. */
function startCollector(file: string, endpoint: string): Promise<Process> {
  return Process.start({
    file,
    readyStatus: 404,
    ready: ([port]) => `http://127.0.0.1:${port}/`,
    args: async ([port], folder) => {
      const configuration = join(folder, "collector.json");
      const exporter = { metrics_endpoint: endpoint, headers: { authorization: `Bearer ${TOKEN}` } };
      await writeFile(
        configuration,
        JSON.stringify({
          receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
          processors: { batch: { timeout: "200ms" } },
          exporters: { otlphttp: { ...exporter, retry_on_failure: { initial_interval: "100ms" } } },
          service: {
            telemetry: { metrics: { level: "none" }, logs: { level: "warn" } },
            pipelines: { metrics: { receivers: ["otlp"], processors: ["batch"], exporters: ["otlphttp"] } },
          },
        }),
      );
      return ["--config", configuration];
    },
  });
}

describeWithServers("the aggregator in chaos", ({ prometheus: file }) => {
  it(`counts exactly for ${SECONDS} s in any temporality, through evictions, kills and lost answers`, {
    timeout: 300_000,
  }, async () => {
    const random = new Random();
    const prometheus = await startPrometheus(file);
    const out = await FaultyProxy.start(prometheus.url);
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-chaos-"));
    const options = { url: out.through(prometheus.writeUrl), shards: SHARDS, folder };
    let worker = await startAggregator(options);
    let ready: Promise<unknown> = Promise.resolve();
    // In front of the aggregator: it waits for one that is starting, and loses answers.
    const entry = await serve(async (request) => {
      const body = await request.arrayBuffer();
      for (;;) {
        await ready;
        try {
          const { method, headers } = request;
          const { pathname } = new URL(request.url);
          const response = await ask(worker, pathname, { method, headers: [...headers], body });
          const answer = await response.arrayBuffer();
          if (random.next() < 0.1) return new Response("the answer was lost", { status: 503 });
          const type = response.headers.get("content-type") ?? "";
          return new Response(answer, { status: response.status, headers: { "content-type": type } });
        } catch {
          // It was killed.
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    });
    const endpoint = `${entry.url}/v1/metrics`;
    const collectorFile = process.env.OTELCOL_BIN ?? "";
    const collector = existsSync(collectorFile) ? await startCollector(collectorFile, endpoint) : undefined;
    if (!collector) console.info("OTELCOL_BIN names no file: the Collector is left out");
    const urls = collector ? [endpoint, endpoint, `${collector.url}/v1/metrics`] : [endpoint];

    let ids = 0;
    const create = (isNew: boolean) => new Instance(`i-${++ids}`, random.pick(urls), random, isNew);
    const instances = Array.from({ length: INSTANCES }, () => create(false));
    const staging = new Instance("i-1", `${entry.url}/staging/v1/metrics`, random, false);
    const happened = new Map<string, number>();
    const ending: Promise<unknown>[] = [];
    let all = 0;
    const count = (n: number, result: string) => {
      happened.set(result, (happened.get(result) ?? 0) + n);
      all += n;
    };
    const started = Date.now();
    let hasNew = false;
    let kills = 0;
    let evictions = 0;
    try {
      for (let round = 0; Date.now() < started + SECONDS * 1000; round++) {
        const progress = (Date.now() - started) / (SECONDS * 1000);
        const at = random.below(INSTANCES);
        const n = 1 + random.below(5);
        const result = random.pick([200, 404]);
        (instances[at] as Instance).record(n, result);
        count(n, `${result}`);
        ending.push((instances[at] as Instance).push());
        const replace = (at: number, isNew: boolean) => {
          ending.push((instances[at] as Instance).end());
          instances[at] = create(isNew);
        };
        // Its result is another one only so that both can be compared.
        staging.record(1, STAGING);
        count(1, `${STAGING}`);
        if (round % 4 === 0) ending.push(staging.push());
        // In the middle a second version takes over half of the instances, and then one after another.
        if (random.next() < 0.1) replace(at, progress > 0.5 && random.next() < progress);
        if (!hasNew && progress > 0.5) {
          hasNew = true;
          for (let at = 0; at < INSTANCES; at += 2) {
            replace(at, true);
            (instances[at] as Instance).record(1, 200);
            count(1, "200");
            ending.push((instances[at] as Instance).push());
          }
        }
        if (round % 3 === 0) {
          const m = 1 + random.below(3);
          await ready;
          const own = ask(worker, `/record?instance=${round % 7}&n=${m}&result=own`).catch(() => undefined);
          count(m, "own");
          // What was recorded in a Worker that is killed is gone with it: wait before the next kill.
          ending.push(own);
        }
        if (random.next() < 0.04) {
          evictions++;
          await ask(worker, `/crash?shard=${random.below(SHARDS)}`);
        }
        if (random.next() < 0.05) await out.fail(random.pick(["lose the answer", "500", "down"] as const));
        else if (random.next() < 0.3) await out.work();
        if (Date.now() > started + ((kills + 1) * SECONDS * 1000) / (Math.ceil(SECONDS / 10) + 1)) {
          kills++;
          await until("own batches are out", () => json<boolean>(worker, "/flush"), Boolean);
          let done = () => {};
          ready = new Promise<void>((resolve) => {
            done = resolve;
          });
          await worker.dispose();
          worker = await startAggregator(options);
          done();
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      await out.work();
      await Promise.all(ending);
      await Promise.all([...instances, staging].map((instance) => instance.end()));
      await until("own batches are out", () => json<boolean>(worker, "/flush"), Boolean);
      const query = "sum by (result) (last_over_time(logins_total[1h]))";
      const totals = async () =>
        Object.fromEntries(
          (await prometheus.query(query)).map(({ labels, value }) => [labels.result, value]),
        );
      await until("all is counted", totals, (seen) => {
        for (const [result, value] of happened) expect(seen[result] ?? 0, result).toBeLessThanOrEqual(value);
        return [...happened].every(([result, value]) => seen[result] === value);
      });
      const byInstance = await prometheus.query("count by (instance, result) (logins_total)");
      for (const { labels } of byInstance) {
        expect(labels.instance?.startsWith("staging-"), labels.instance).toBe(labels.result === `${STAGING}`);
      }
      const sizes = ["200", "404", `${STAGING}`].reduce(
        (total, result) => total + (happened.get(result) ?? 0),
        0,
      );
      const levels = await prometheus.query("count(last_over_time(level_count[1h]))");
      expect(levels[0]?.value).toBeGreaterThan(0);
      const difference = await expectGrowth(prometheus, all, sizes);
      console.info(
        `${ids} instances, ${all} logins, ${evictions} evictions, ${kills} kills; ` +
          `increase ${(difference * 100).toFixed(2)} %`,
      );
    } finally {
      await collector?.stop();
      await worker.dispose();
      entry.close();
      await out.stop();
      await prometheus.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
