/** docs/limits.md: what pushes cost, in samples, bytes and requests. */
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { httpApi } from "@pushmeter/testkit/lambda/events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { read, rows } from "./documents.ts";

/** Bytes depend on ids and times; a stated figure may be this far from a measured one. */
const TOLERANCE = 0.05;
/** An instance that always has requests pushes every 5 s, a shard of the aggregator every 15 s. */
const HOUR = { instance: 3600 / 5, shard: 3600 / 15 };

/** One instance, and what its pushes hold once its series have begun. */
class Measured {
  readonly #receiver = new Receiver();
  readonly #bytes: number[] = [];
  readonly pushmeter: Pushmeter;

  constructor() {
    const fetch = async (request: Request) => {
      this.#bytes.push((await request.clone().arrayBuffer()).byteLength);
      return this.#receiver.fetch(request);
    };
    const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch });
    this.pushmeter = createPushmeter({ service: "courses", push, flush: { every: 86_400_000 } });
  }

  /** Samples and bytes of the last of three pushes, and how many of the samples are about pushmeter itself. */
  async steady(invoke: () => Promise<unknown>) {
    for (let i = 0; i < 3; i++) {
      await invoke();
      await this.pushmeter.flush();
    }
    const series = this.#receiver.series();
    const time = (of: (typeof series)[number]) => of.samples.at(-1)?.timestamp ?? 0;
    const last = Math.max(...series.map(time));
    const pushed = series.filter((each) => time(each) === last);
    const own = pushed.filter(({ name }) => name.startsWith("pushmeter_"));
    return { samples: pushed.length, own: own.length, bytes: this.#bytes.at(-1) ?? 0 };
  }
}

const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

async function worker() {
  const { pushmeter, steady } = bound(new Measured());
  const { fetch } = instrumentWorker(
    pushmeter,
    { fetch: (_request: Request, _env: unknown, _context: unknown) => new Response() },
    { route: () => "/courses/:id" },
  );
  return steady(async () => fetch(new Request("https://x/courses/7"), {} as never, context as never));
}

async function lambda() {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "courses");
  const { pushmeter, steady } = bound(new Measured());
  const handler = instrumentLambda(pushmeter, async (_event: unknown) => ({ statusCode: 200 }));
  return steady(() => handler(httpApi, { getRemainingTimeInMillis: () => 3_000 } as never));
}

function bound(measured: Measured) {
  return { pushmeter: measured.pushmeter, steady: measured.steady.bind(measured) };
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

  it("states an instance of a Worker and a shard of the aggregator, for an hour", async () => {
    const { samples, own, bytes } = await worker();
    const [route] = [samples - own - 1];
    expect(own).toBeLessThanOrEqual(route / 4);
    expectRow("Worker, one instance with one route, an hour", {
      requests: HOUR.instance,
      samples: samples * HOUR.instance,
      bytes: bytes * HOUR.instance,
    });
    expectRow("aggregator, one shard with one route, an hour", {
      requests: HOUR.shard,
      samples: samples * HOUR.shard,
      bytes: bytes * HOUR.shard,
    });
  });
});
