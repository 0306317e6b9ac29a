import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { OTLPMetricExporter as JsonExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { Receiver } from "@pushmeter/sdk/testing";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until } from "@pushmeter/testkit/poll";
import { DROPPED } from "@pushmeter/testkit/published";
import { Random } from "@pushmeter/testkit/test-random";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, json, startAggregator, TOKEN } from "./aggregator.ts";
import { hostileBody, randomBody } from "./bodies.ts";

const SHARDS = 2;
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };
const HEADERS = { ...AUTHORIZATION, "content-type": "application/json" };

type RequestBody = NonNullable<RequestInit["body"]>;

let receiver: Receiver;
let proxy: FaultyProxy;
let worker: Miniflare;
let url: string;
let isRefusing = false;

beforeAll(async () => {
  receiver = new Receiver();
  proxy = await FaultyProxy.start(async (request) =>
    isRefusing ? new Response("not now", { status: 403 }) : receiver.fetch(request),
  );
  worker = await startAggregator({ url: `${proxy.url}/api/v1/write`, shards: SHARDS });
  url = `${await worker.ready}v1/metrics`;
});
afterAll(async () => {
  await worker.dispose();
  await proxy.stop();
});

/** Answers so far that refused a body, by status. */
const refusals = new Map<string, number>();

async function post(body: RequestBody, headers: Record<string, string> = HEADERS): Promise<Response> {
  const response = await ask(worker, "/v1/metrics", { method: "POST", headers, body });
  note(response.status);
  return response;
}

function note(status: number): void {
  if ([400, 413, 415].includes(status)) refusals.set(`${status}`, (refusals.get(`${status}`) ?? 0) + 1);
}

/** A valid body: so many logins, in one resource. */
function logins(n: number, { name = "logins", temporality = 1, instance = "a", time = 1 } = {}): string {
  const point = { asInt: `${n}`, timeUnixNano: `${1_700_000_000_000_000_000n + BigInt(time)}` };
  const sum = { dataPoints: [point], aggregationTemporality: temporality, isMonotonic: true };
  const attributes = [
    { key: "service.name", value: { stringValue: "plain" } },
    { key: "service.instance.id", value: { stringValue: instance } },
  ];
  const scopeMetrics = [{ scope: {}, metrics: [{ name, sum }] }];
  return JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] });
}

const arrived = (job: string, name: string, total: number) =>
  until(
    `${name} of ${job}`,
    () => receiver.total(name, { job }),
    (seen) => {
      expect(seen).toBeLessThanOrEqual(total);
      return seen === total;
    },
  );

describe("a sender", () => {
  it.each([
    ["JSON", JsonExporter],
    ["protobuf", ProtobufExporter],
  ])("with OpenTelemetry's own exporter, %s, is counted right", async (name, Exporter) => {
    const job = `otel-${name}`;
    const exporter = new Exporter({
      url,
      headers: AUTHORIZATION,
      temporalityPreference: AggregationTemporality.DELTA,
    });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const resource = resourceFromAttributes({ "service.name": job, "service.instance.id": "a" });
    const provider = new MeterProvider({ resource, readers: [reader] });
    const meter = provider.getMeter("app", "1.2.3");
    const counter = meter.createCounter("logins");
    const sizes = meter.createHistogram("size", { unit: "By" });
    const open = meter.createUpDownCounter("open");
    for (let push = 0; push < 5; push++) {
      counter.add(3, { result: "ü/\n" });
      sizes.record(100);
      open.add(2);
      await provider.forceFlush();
    }
    open.add(-4);
    await provider.shutdown();
    await arrived(job, "logins_total", 15);
    expect(receiver.series("logins_total", { job })[0]?.labels.result).toBe("ü/\n");
    expect(receiver.total("size_bytes_count", { job })).toBe(5);
    expect(receiver.total("size_bytes_sum", { job })).toBe(500);
    await until(
      "open goes down again",
      () => receiver.total("open", { job }),
      (seen) => seen === 6,
    );
  });

  it.each(["http/json", "http/protobuf"] as const)(
    "with pushmeter's over %s, losing answers, is counted exactly",
    async (protocol) => {
      const service = protocol.replace("/", "-");
      let calls = 0;
      const lossy = async (request: Request) => {
        const response = await fetch(request);
        if (++calls % 2) return response;
        await response.body?.cancel();
        throw new TypeError("connection reset");
      };
      const auth = { bearer: TOKEN };
      const push = otlp({ url, auth, protocol, temporality: "delta", fetch: lossy });
      const pushmeter = createPushmeter({ service, push });
      const counter = pushmeter.meter.createCounter("logins");
      for (let n = 0; n < 10; n++) {
        counter.add(1);
        expect(await pushmeter.flush()).toBe(true);
      }
      await arrived(service, "logins_total", 10);
      const { duplicates } = await json<{ duplicates: number }>(worker, `/status?service=${service}`, {
        headers: AUTHORIZATION,
      });
      expect(duplicates).toBeGreaterThan(0);
    },
  );
});

describe("a batch by RPC", () => {
  it("that is too large to be stored is dropped, counted, and holds up no other", async () => {
    expect(await json(worker, "/large")).toEqual([false, true]);
    await until(
      "the next is counted",
      () => receiver.total("logins_total", { job: "courses", result: "small" }),
      (seen) => seen === 1,
    );
    const dropped = { job: "courses", reason: "refused" };
    expect(receiver.total(DROPPED, dropped)).toBeGreaterThanOrEqual(900);
  });

  it("in a version that the object does not know is to be sent again later", async () => {
    expect(await json(worker, "/later")).toMatchObject({ status: "later" });
  });

  it("of an earlier release, which packs nothing, is counted once", async () => {
    const body = logins(7, { name: "unpacked", instance: "unpacked" });
    const statuses = [];
    for (const seq of [1, 1, 2]) {
      const response = await ask(worker, `/unpacked?seq=${seq}`, { method: "POST", body });
      statuses.push(((await response.json()) as { status: string }).status);
    }
    expect(statuses).toEqual(["stored", "duplicate", "stored"]);
    await arrived("plain", "unpacked_total", 14);
  });
});

describe("a request", () => {
  it("is identified by its Idempotency-Key, not by its content", async () => {
    const send = (key: string, n: number) =>
      post(logins(n, { name: "keyed" }), { ...HEADERS, "idempotency-key": JSON.stringify(key) });
    for (const [key, n] of [
      ["k/1", 1],
      ["k/2", 1],
      ["k/1", 50],
      ["k/2", 1],
      ["k/3", 7],
    ] as const) {
      expect((await send(key, n)).status).toBe(200);
    }
    await arrived("plain", "keyed_total", 9);
  });

  it("needs the token", async () => {
    for (const authorization of ["", "Bearer wrong", `Basic ${TOKEN}`, TOKEN]) {
      const headers = { ...HEADERS, authorization };
      expect((await post(logins(1), headers)).status, authorization).toBe(401);
      expect((await ask(worker, "/status?service=plain", { headers })).status).toBe(401);
    }
  });

  it.each([
    ["of another type", 415, "{}", { ...HEADERS, "content-type": "text/plain" }],
    ["without a type", 415, new Uint8Array(1), AUTHORIZATION],
    ["in another compression", 415, "{}", { ...HEADERS, "content-encoding": "br" }],
    ["over the limit", 413, `"${"x".repeat(2_000_000)}"`, HEADERS],
    ["that is no JSON", 400, "{", HEADERS],
    ["that is no gzip", 400, "{}", { ...HEADERS, "content-encoding": "gzip" }],
    ["that is no zstd", 400, "{}", { ...HEADERS, "content-encoding": "zstd" }],
    ["with a wrong shape", 400, '{"resourceMetrics":{}}', HEADERS],
  ] as [string, number, RequestBody, Record<string, string>][])(
    "%s is refused with %i",
    async (_, status, body, headers) => {
      const response = await post(body, headers);
      expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(/\w+ \w+/)]);
    },
  );

  it.each([
    ["gzip", gzipSync(Buffer.alloc(300_000_000))],
    ["zstd", zstdCompressSync(Buffer.alloc(300_000_000))],
  ])("that inflates without end is given up, %s", async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(1_000_000);
    const response = await post(bomb, { ...HEADERS, "content-encoding": encoding });
    expect(response.status).toBe(413);
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["zstd", zstdCompressSync],
  ])("is taken in %s", async (encoding, compress) => {
    const body = compress(logins(3, { name: encoding }));
    expect((await post(body, { ...HEADERS, "content-encoding": encoding })).status).toBe(200);
    await arrived("plain", `${encoding}_total`, 3);
  });

  it("is answered a partial success for what cannot be added up", async () => {
    const dataPoints = [{ timeUnixNano: "1700000000000000000" }];
    const metrics = [
      { name: "old", summary: { dataPoints } },
      {
        name: "negative",
        sum: {
          dataPoints: [{ ...dataPoints[0], asInt: "-1" }],
          aggregationTemporality: 1,
          isMonotonic: true,
        },
      },
    ];
    const body = JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics }] }] });
    const response = await post(body);
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedDataPoints: "2", errorMessage: "summary: 1, negative: 1" },
    });
    await until(
      "the rejected are counted",
      () => receiver.total("pushmeter_aggregator_rejected_total", { job: "unknown_service" }),
      (seen) => seen === 2,
    );
  });

  it("with many resources is split among services and counted once when repeated", async () => {
    const one = JSON.parse(logins(2, { instance: "x", time: 7 }));
    const two = JSON.parse(logins(3, { instance: "y", time: 8 }).replace('"plain"', '"other"'));
    const body = JSON.stringify({ resourceMetrics: [...one.resourceMetrics, ...two.resourceMetrics] });
    const before = receiver.total("logins_total", { job: "plain" });
    for (let n = 0; n < 3; n++) expect((await post(body)).status).toBe(200);
    await arrived("other", "logins_total", 3);
    await arrived("plain", "logins_total", before + 2);
  });
});

describe("a request that is not what it should be", () => {
  it("with one bad metric loses nothing else, in any resource", async () => {
    const one = JSON.parse(logins(4, { name: "beside", instance: "b1", time: 21 }));
    const two = JSON.parse(logins(5, { name: "beside", instance: "b2", temporality: 2, time: 22 }));
    const point = { timeUnixNano: "1700000000000000000", count: 3, bucketCounts: [1], explicitBounds: [1] };
    one.resourceMetrics[0].scopeMetrics[0].metrics.push({
      name: "bad",
      histogram: { aggregationTemporality: 1, dataPoints: [point] },
    });
    const [sum] = two.resourceMetrics[0].scopeMetrics[0].metrics;
    sum.sum.dataPoints[0].startTimeUnixNano = `${Date.now() - 1000}000000`;
    const body = JSON.stringify({ resourceMetrics: [...one.resourceMetrics, ...two.resourceMetrics] });
    const response = await post(body);
    expect(await response.json()).toMatchObject({ partialSuccess: { errorMessage: "bad_histogram: 1" } });
    await arrived("plain", "beside_total", 9);
  });

  it("for more services than one body may have is refused before any object is made", async () => {
    const resourceMetrics = Array.from({ length: 500 }, (_, i) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: `made-up-${i}` } }] },
      scopeMetrics: [],
    }));
    expect((await post(JSON.stringify({ resourceMetrics }))).status).toBe(413);
    expect(await json(worker, "/status?service=made-up-1", { headers: AUTHORIZATION })).toMatchObject({
      batches: 0,
    });
  });

  it("for a service that never sent is answered, and stores nothing", async () => {
    const status = await json(worker, "/status?service=unused", { headers: AUTHORIZATION });
    expect(status).toMatchObject({ batches: 0, instances: 0 });
    expect(await json(worker, "/tables?object=unused/0")).toEqual([]);
  });

  it("resets a service with the token only", async () => {
    expect((await post(logins(3, { name: "before", instance: "reset" }))).status).toBe(200);
    const reset = (headers: object) => ask(worker, "/reset?service=plain", { method: "POST", headers });
    expect((await reset({})).status).toBe(401);
    expect((await reset(AUTHORIZATION)).status).toBe(200);
  });

  it("is never a 500 and never grows the object, however hostile", async () => {
    const random = new Random();
    const statuses = new Map<number, number>();
    for (let i = 0; i < 500; i++) {
      const { status } = await post(hostileBody(random));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    console.info(`statuses ${JSON.stringify([...statuses])}`);
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 400)).toEqual([]);
    const { series } = await json<{ series: number }>(worker, "/status?service=hostile", {
      headers: AUTHORIZATION,
    });
    expect(series).toBeLessThan(4000);
    expect(receiver.refused).toBe(0);
  });
});

describe("ten thousand random bodies", () => {
  it("are never a 500 and never change a total", async () => {
    const random = new Random();
    expect((await post(logins(5, { name: "kept", instance: "kept" }))).status).toBe(200);
    await arrived("plain", "kept_total", 5);
    const valid = Buffer.from(logins(1, { name: "mutant" }));
    const request = (_: unknown, i: number) => {
      const { headers, body } = randomBody(random, valid, i);
      return [{ ...HEADERS, ...headers }, body.toString("base64")] as const;
    };
    const statuses = new Map<number, number>();
    // Many in one request, for HTTP would take most of the time. The hostile ones above came over HTTP, each by itself.
    for (let sent = 0; sent < 10_000; sent += 250) {
      const many = JSON.stringify(Array.from({ length: 250 }, request));
      for (const status of await json<number[]>(worker, "/many", { method: "POST", body: many })) {
        note(status);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    console.info(`statuses ${JSON.stringify([...statuses])}`);
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 400)).toEqual([]);
    expect(statuses.get(400)).toBeGreaterThan(5000);
    expect(receiver.total("kept_total", { job: "plain" })).toBe(5);
    expect(receiver.refused).toBe(0);
  });
});

describe("every body that was refused", () => {
  it("is counted by status", async () => {
    expect([...refusals.keys()].sort()).toEqual(["400", "413", "415"]);
    const job = "unknown_service";
    const counted = () =>
      [...refusals.keys()].map((status) =>
        receiver.total("pushmeter_aggregator_refused_total", { job, status }),
      );
    await until("all are counted", counted, (seen) => `${seen}` === `${[...refusals.values()]}`);
  });
});

describe("the alarm", () => {
  it("outlives more failures in a row than the platform retries", async () => {
    const body = (n: number) => logins(n, { name: "patient", instance: "patient", time: n });
    expect((await post(body(1))).status).toBe(200);
    await arrived("plain", "patient_total", 1);
    isRefusing = true;
    expect((await post(body(2))).status).toBe(200);
    const failures = async () => {
      const { shards } = await json<{ shards: { failures: number }[] }>(worker, "/status?service=plain", {
        headers: AUTHORIZATION,
      });
      return Math.max(...shards.map(({ failures }) => failures));
    };
    await until("ten failures in a row", failures, (n) => n >= 10);
    isRefusing = false;
    await arrived("plain", "patient_total", 3);
    await until("none in a row", failures, (n) => n === 0);
  });
});
