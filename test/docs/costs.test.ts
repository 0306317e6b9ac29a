/** docs/limits.md: what pushes cost, in samples, bytes and requests. */
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { type AggregatorBinding, aggregator } from "@pushmeter/aggregator/client";
import { MemoryStore, ShardHost } from "@pushmeter/aggregator/core";
import { createPushmeter, type Destination, type Pushmeter } from "@pushmeter/sdk";
import { systemRuntime } from "@pushmeter/sdk/adapter";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { httpApi } from "@pushmeter/testkit/lambda/events";
import { lastPush } from "@pushmeter/testkit/last-push";
import { afterEach, describe, expect, it, vi } from "vitest";
import { read, rows } from "./documents.ts";

/** Bytes depend on ids and times; a stated figure may be this far from a measured one. */
const TOLERANCE = 0.05;
/** An instance that always has requests pushes every 5 s, a shard of the aggregator every 15 s. */
const INTERVAL = 15_000;
const HOUR = { instance: 3600 / 5, shard: 3_600_000 / INTERVAL };

/** What remote write holds, push by push. */
class Wire {
  readonly #receiver = new Receiver();
  readonly #bytes: number[] = [];
  readonly options = {
    url: "http://receiver/api/v1/write",
    fetch: async (request: Request) => {
      this.#bytes.push((await request.clone().arrayBuffer()).byteLength);
      return this.#receiver.fetch(request);
    },
  };

  /** Requests so far. */
  get requests(): number {
    return this.#bytes.length;
  }

  /** Samples and bytes of the last push, and how many of the samples are about pushmeter itself. */
  last() {
    return { ...lastPush(this.#receiver), bytes: this.#bytes.at(-1) ?? 0 };
  }
}

/** One instance that pushes when it is told to. */
class Measured {
  readonly #wire = new Wire();
  readonly pushmeter: Pushmeter;

  constructor(push: Destination = remoteWrite(this.#wire.options)) {
    this.pushmeter = createPushmeter({ service: "courses", push, flush: { every: 86_400_000 } });
  }

  /** The last of three pushes: the series have begun. */
  async steady(invoke: () => Promise<unknown>) {
    for (let i = 0; i < 3; i++) {
      await invoke();
      await this.pushmeter.flush();
    }
    return this.#wire.last();
  }
}

/** A shard on its heartbeat, and instances that send to it. */
class Shard {
  readonly #wire = new Wire();
  #now = Date.now();
  readonly #host = new ShardHost(
    {
      store: new MemoryStore(),
      runtime: { ...systemRuntime, now: () => this.#now },
      alarm: { set: () => {}, clear: () => {} },
      destination: (clock) => remoteWrite(this.#wire.options, clock),
      interval: INTERVAL,
      abort: (reason) => {
        throw new Error(reason);
      },
    },
    { parts: [], rows: [] },
  );

  /** A destination of instances. */
  destination(): Destination {
    const binding = { idFromName: () => "shard", get: () => this.#host } as unknown as AggregatorBinding;
    return aggregator(binding);
  }

  /** The last of several heartbeats, each after another batch. */
  async steady(send: () => Promise<unknown>) {
    for (let i = 0; i < 5; i++) {
      await send();
      this.#now += INTERVAL;
      await this.#host.alarm();
    }
    const before = this.#wire.requests;
    await send();
    this.#now += INTERVAL;
    await this.#host.alarm();
    return { ...this.#wire.last(), requests: this.#wire.requests - before };
  }
}

const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

const request = () => new Request("https://x/courses/7");

function workerOf(pushmeter: Pushmeter) {
  const { fetch } = instrumentWorker(
    pushmeter,
    { fetch: (_request: Request, _env: unknown, _context: unknown) => new Response() },
    { route: () => "/courses/:id" },
  );
  return async () => fetch(request(), {} as never, context as never);
}

async function worker() {
  const measured = new Measured();
  return measured.steady(workerOf(measured.pushmeter));
}

/** What one instance with one route leaves in a shard. */
async function shard() {
  const shard = new Shard();
  const { pushmeter } = new Measured(shard.destination());
  const invoke = workerOf(pushmeter);
  return shard.steady(async () => {
    await invoke();
    await pushmeter.flush();
  });
}

async function lambda() {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "courses");
  const measured = new Measured();
  const handler = instrumentLambda(measured.pushmeter, async (_event: unknown) => ({ statusCode: 200 }));
  return measured.steady(() => handler(httpApi, { getRemainingTimeInMillis: () => 3_000 } as never));
}

const stated = rows(read("docs/limits.md"), (header) => header === "what is pushed");
const number = (cell = "") => Number(cell.replaceAll(",", ""));

function expectRow(name: string, { requests, samples, bytes }: Record<string, number | undefined>) {
  const [, statedRequests, statedSamples, statedBytes] = stated.find(([cell]) => cell === name) ?? [];
  expect([number(statedRequests), number(statedSamples)]).toEqual([requests, samples]);
  if (bytes !== undefined)
    expect(Math.abs(number(statedBytes) - bytes) / bytes, `${bytes}`).toBeLessThan(TOLERANCE);
}

describe("the table of what is pushed", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("states a Lambda's invocation: at most 30 samples, a quarter of them about pushmeter itself", async () => {
    const { samples, own, bytes } = await lambda();
    expect(samples).toBeLessThanOrEqual(30);
    expect(own / samples).toBeLessThanOrEqual(0.25);
    expectRow("Lambda, one invocation on one route", { requests: 1, samples, bytes });
  });

  it("states an instance of a Worker, for an hour", async () => {
    const { samples, own, bytes } = await worker();
    const [route] = [samples - own - 1];
    expect(own).toBeLessThanOrEqual(route / 4);
    expectRow("Worker, one instance with one route, an hour", {
      requests: HOUR.instance,
      samples: samples * HOUR.instance,
      bytes: bytes * HOUR.instance,
    });
  });

  it("states a shard of the aggregator, for an hour", async () => {
    const { samples, bytes, requests } = await shard();
    expectRow("aggregator, one shard with one route, an hour", {
      requests: requests * HOUR.shard,
      samples: samples * HOUR.shard,
      bytes: bytes * HOUR.shard,
    });
  });
});
