import { FakeRuntime } from "@pushmeter/sdk/testing";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { wholeBody } from "./body.ts";
import { instrumentFetch } from "./fetch.ts";
import { pushmeterMiddleware } from "./hono.ts";
import { Recorded, WaitUntil } from "./testing/recorded.ts";
import { instrumentWorker } from "./workers.ts";

type Fetch = (request: Request, env: unknown, ctx: WaitUntil) => Promise<Response>;

/** A body of three chunks, made when they are asked for. */
class Source {
  readonly chunks = ["one ", "two ", "three"];
  pulled = 0;
  canceled: unknown;
  failure: Error | undefined;

  readonly response = new Response(
    new ReadableStream(
      {
        pull: (controller) => {
          const chunk = this.chunks[this.pulled++];
          if (this.failure && this.pulled === 2) controller.error(this.failure);
          else if (chunk) controller.enqueue(new TextEncoder().encode(chunk));
          else controller.close();
        },
        cancel: (reason) => {
          this.canceled = reason;
        },
      },
      { highWaterMark: 0 },
    ),
    { status: 201, headers: { "x-course": "1" } },
  );
}

const adapters: Readonly<Record<string, (recorded: Recorded, source: Source) => Fetch>> = {
  instrumentWorker: (recorded, source) =>
    instrumentWorker(recorded.pushmeter, { fetch: () => source.response }, { body: wholeBody })
      .fetch as never as Fetch,
  instrumentFetch: (recorded, source) =>
    instrumentFetch(recorded.pushmeter, () => source.response, { body: wholeBody }) as Fetch,
  pushmeterMiddleware: (recorded, source) => {
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter, { body: wholeBody }));
    app.get("/", () => source.response);
    return (request, env, ctx) => Promise.resolve(app.fetch(request, env as object, ctx as never));
  },
};

describe.each(Object.entries(adapters))("%s with body: wholeBody", (name, adapter) => {
  const route = name === "pushmeterMiddleware" ? "/" : "-";

  function start() {
    const recorded = new Recorded();
    const source = new Source();
    const ctx = new WaitUntil();
    const respond = () => adapter(recorded, source)(new Request("http://x/"), {}, ctx);
    return { recorded, source, respond };
  }

  it("counts once the body has ended, and passes it on as it is", async () => {
    const { recorded, source, respond } = start();
    const response = await respond();
    expect([response.status, response.headers.get("x-course")]).toEqual([201, "1"]);
    expect(await recorded.http()).toEqual([]);
    expect(await response.text()).toBe("one two three");
    expect(source.pulled).toBe(4);
    expect(await recorded.http()).toEqual([`GET ${route} 201 success = 1`]);
  });

  it("reads no chunk before it is asked for", async () => {
    const { source, respond } = start();
    const reader = (await respond()).body?.getReader();
    expect(source.pulled).toBe(0);
    await reader?.read();
    expect(source.pulled).toBe(1);
  });

  it("counts a body that breaks as an exception, and the reader gets the same error", async () => {
    const { recorded, source, respond } = start();
    source.failure = new RangeError("broken");
    const response = await respond();
    await expect(response.text()).rejects.toBe(source.failure);
    expect(await recorded.http()).toEqual([`GET ${route} 201 exception RangeError = 1`]);
  });

  it("counts a client that leaves as canceled, and the source is told why", async () => {
    const { recorded, source, respond } = start();
    const reader = (await respond()).body?.getReader();
    await reader?.read();
    await reader?.cancel("gone");
    expect(source.canceled).toBe("gone");
    expect(await recorded.http()).toEqual([`GET ${route} 201 canceled AbortError = 1`]);
  });
});

describe("body: wholeBody", () => {
  it("counts a client that leaves while a chunk is awaited once", async () => {
    const recorded = new Recorded();
    const waiting = new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => waiting }, { body: wholeBody });
    const response = await (worker.fetch as never as Fetch)(new Request("http://x/"), {}, new WaitUntil());
    const reader = response.body?.getReader();
    const reading = reader?.read();
    await reader?.cancel();
    expect((await reading)?.done).toBe(true);
    await new Promise((resolve) => setTimeout(resolve));
    expect(await recorded.http()).toEqual(["GET - 200 canceled AbortError = 1"]);
  });

  it("measures to the end of the body", async () => {
    const runtime = new FakeRuntime();
    const recorded = new Recorded({}, runtime);
    const source = new Source();
    const respond = adapters.instrumentWorker?.(recorded, source);
    const response = await respond?.(new Request("http://x/"), {}, new WaitUntil());
    await runtime.advance(1_000);
    await response?.text();
    const flushed = recorded.pushmeter.flush();
    await runtime.until(flushed);
    expect(recorded.receiver.total("http_server_request_duration_seconds_sum")).toBe(1);
  });

  it("leaves a response without a body as it is", async () => {
    const recorded = new Recorded();
    const empty = new Response(null, { status: 204 });
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => empty }, { body: wholeBody });
    expect(await (worker.fetch as never as Fetch)(new Request("http://x/"), {}, new WaitUntil())).toBe(empty);
    expect(await recorded.http()).toEqual(["GET - 204 success = 1"]);
  });
});

it("is asked for by an import: `body: true` is refused with one sentence", () => {
  const { pushmeter } = new Recorded();
  const options = { body: true } as never;
  expect(() => instrumentWorker(pushmeter, { fetch: () => new Response() }, options)).toThrow(
    /^pushmeter: instrumentWorker body must be the import wholeBody, got true$/,
  );
});
