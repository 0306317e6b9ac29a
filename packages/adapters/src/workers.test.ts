import { systemRuntime } from "@pushmeter/sdk/adapter";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { Recorded, WaitUntil } from "./testing/recorded.ts";
import { instrumentWorker } from "./workers.ts";

const context = () => new WaitUntil() as never;

/** Calls a handler as the platform does, whatever parameters it declares. */
function call(handler: (...args: never[]) => unknown, ...args: unknown[]): Promise<Response> {
  return handler(...(args as never[])) as Promise<Response>;
}

describe("instrumentWorker", () => {
  it("counts fetch by method, status and outcome, and returns the handler's own response", async () => {
    const recorded = new Recorded();
    const response = new Response("teapot", { status: 418 });
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => response });
    expect(await call(worker.fetch, new Request("https://x/a"), {}, context())).toBe(response);
    expect(await recorded.http()).toEqual(["GET - 418 client_error = 1"]);
  });

  it("rethrows the same error object and counts an exception", async () => {
    const recorded = new Recorded();
    class Broken extends Error {}
    const error = new Broken("x");
    const worker = instrumentWorker(recorded.pushmeter, {
      fetch: () => {
        throw error;
      },
      scheduled: async () => {
        throw error;
      },
    });
    await expect(call(worker.fetch, new Request("https://x/a"), {}, context())).rejects.toBe(error);
    await expect(call(worker.scheduled, { cron: "* * * * *" }, {}, context())).rejects.toBe(error);
    expect(await recorded.http()).toEqual(["GET - 500 exception Broken = 1"]);
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [{ faas_trigger: "timer", faas_cron: "* * * * *", outcome: "exception", error_type: "Broken" }, 1],
    ]);
  });

  it("counts cron triggers and queue batches by name", async () => {
    const recorded = new Recorded();
    const seen: unknown[] = [];
    const worker = instrumentWorker(recorded.pushmeter, {
      scheduled: (event: { cron: string }) => void seen.push(event.cron),
      queue: async (batch: { queue: string }) => void seen.push(batch.queue),
    });
    await call(worker.scheduled, { cron: "0 3 * * *" }, {}, context());
    await call(worker.queue, { queue: "enrolments" }, {}, context());
    await call(worker.queue, { queue: "enrolments" }, {}, context());
    expect(seen).toEqual(["0 3 * * *", "enrolments", "enrolments"]);
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [{ faas_trigger: "timer", faas_cron: "0 3 * * *", outcome: "success" }, 1],
      [{ faas_trigger: "pubsub", messaging_destination_name: "enrolments", outcome: "success" }, 2],
    ]);
  });

  it("measures email and connect, and a Worker that handles nothing else", async () => {
    const recorded = new Recorded();
    const error = new RangeError("spam");
    const mail = instrumentWorker(recorded.pushmeter, {
      email: async (message: unknown) => {
        if (message === "spam") throw error;
      },
    });
    await call(mail.email, "letter", {}, context());
    await expect(call(mail.email, "spam", {}, context())).rejects.toBe(error);
    const tcp = instrumentWorker(recorded.pushmeter, { connect: () => {} });
    await call(tcp.connect, {}, {}, context());
    const other = { faas_trigger: "other" };
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [{ ...other, code_function_name: "email", outcome: "success" }, 1],
      [{ ...other, code_function_name: "email", outcome: "exception", error_type: "RangeError" }, 1],
      [{ ...other, code_function_name: "connect", outcome: "success" }, 1],
    ]);
  });

  it("pushes at once for a queue that cannot call itself and for a cron event", async () => {
    const recorded = new Recorded({ flush: { every: 60_000 } });
    const worker = instrumentWorker(recorded.pushmeter, { queue: async () => {}, scheduled: async () => {} });
    const batches = new WaitUntil();
    await call(worker.queue, { queue: "enrolments" }, {}, batches);
    await Promise.all(batches.promises);
    await call(worker.scheduled, { cron: "0 3 * * *" }, {}, batches);
    await Promise.all(batches.promises);
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count")).toBe(2);
  });

  it("leaves nothing in waitUntil where a test waits for it; only flush pushes there", async () => {
    const recorded = new Recorded({}, { ...systemRuntime, isTest: () => true });
    const worker = instrumentWorker(recorded.pushmeter, {
      queue: async () => {},
      scheduled: async () => {},
      fetch: () => new Response(),
    });
    const waiting = new WaitUntil();
    for (let i = 0; i < 3; i++) {
      await call(worker.queue, { queue: "enrolments" }, {}, waiting);
      await call(worker.scheduled, { cron: "0 3 * * *" }, {}, waiting);
      await call(worker.fetch, new Request("https://x/a"), {}, waiting);
    }
    expect([waiting.promises, recorded.receiver.accepted]).toEqual([[], 0]);
    expect(await recorded.http()).toEqual(["GET - 200 success = 3"]);
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count")).toBe(6);
  });

  it("counts an instance's cold start once", async () => {
    const recorded = new Recorded();
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => new Response() });
    for (let i = 0; i < 3; i++) await call(worker.fetch, new Request("https://x/a"), {}, context());
    expect(await recorded.series("faas_coldstarts_total")).toEqual([[{ faas_trigger: "http" }, 1]]);
  });

  it("passes env to push once, at the first invocation", async () => {
    const environments: unknown[] = [];
    const recorded = new Recorded();
    const measured = new Recorded({
      push: (env) => {
        environments.push(env.REMOTE_WRITE_URL);
        return { ...recorded, export: () => {}, forceFlush: async () => {}, shutdown: async () => {} };
      },
    });
    const worker = instrumentWorker(measured.pushmeter, { fetch: () => new Response() });
    expect(environments).toEqual([]);
    for (let i = 0; i < 3; i++) {
      await call(worker.fetch, new Request("https://x/a"), { REMOTE_WRITE_URL: "url" }, context());
    }
    expect(environments).toEqual(["url"]);
  });

  it.each([
    ["its tag", { VERSION: { id: "a-uuid", tag: "v1.2.3", timestamp: "2026-11-21T00:00:00Z" } }, "v1.2.3"],
    ["its id", { VERSION: { id: "a-uuid", tag: "", timestamp: "2026-11-21T00:00:00Z" } }, "a-uuid"],
    [
      "nothing from another binding",
      { OTHER: { id: "x", tag: 1, timestamp: "y" }, TEXT: "x", NO: null },
      undefined,
    ],
  ])("takes service.version from the version-metadata binding: %s", async (_, env, version) => {
    const recorded = new Recorded();
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => new Response() });
    await call(worker.fetch, new Request("https://x/a"), env, context());
    const [info] = await recorded.series("target_info");
    expect(info?.[0].service_version).toBe(version);
  });

  it("answers a request and calls onError when push cannot be configured", async () => {
    const recorded = new Recorded({
      push: () => {
        throw new TypeError("no url");
      },
    });
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => new Response("fine") });
    const ctx = context();
    const response = await call(worker.fetch, new Request("https://x/a"), {}, ctx);
    expect(await response.text()).toBe("fine");
    expect(recorded.errors).toEqual([new TypeError("no url")]);
    expect((ctx as WaitUntil).promises).toEqual([]);
  });

  it("keeps this, types and other handlers", async () => {
    const recorded = new Recorded();
    class App {
      readonly name = "app";
      fetch(_request: Request, _env: object, _ctx: object): Response {
        return new Response(this.name);
      }
      tail(): string {
        return this.name;
      }
    }
    const worker = instrumentWorker(recorded.pushmeter, new App());
    const response = await worker.fetch(new Request("https://x/"), {}, context());
    expect([await response.text(), worker.tail()]).toEqual(["app", "app"]);
  });

  it("holds everything that it was given: a Hono app's request() threw 'is not a function', other handlers were lost", async () => {
    const recorded = new Recorded();
    const app = new Hono().get("/", (c) => c.text("home"));
    const worker = instrumentWorker(recorded.pushmeter, app);
    worker.get("/later", (c) => c.text("later"));
    expect(await (await worker.request("/")).text()).toBe("home");
    expect(await (await worker.fetch(new Request("http://x/later"), {}, context())).text()).toBe("later");
    expect(worker.routes).toBe(app.routes);

    class Service {
      readonly #name = "service";
      count = 0;
      get name(): string {
        return this.#name;
      }
      fetch(): Response {
        return new Response(this.#name);
      }
      tailStream(): string {
        return this.#name;
      }
      comesLater(): number {
        return ++this.count;
      }
    }
    const service = new Service();
    const instrumented = instrumentWorker(recorded.pushmeter, service);
    expect([instrumented.tailStream(), instrumented.comesLater(), instrumented.name]).toEqual([
      "service",
      1,
      "service",
    ]);
    instrumented.count = 41;
    expect([instrumented.comesLater(), service.count]).toEqual([42, 42]);
  });

  it("takes a class: its handlers are measured, and it is the same for its callers", async () => {
    const recorded = new Recorded();
    const ctx = new WaitUntil();
    // As the platform's WorkerEntrypoint.
    class Entrypoint<Env> {
      readonly ctx: WaitUntil;
      readonly env: Env;
      constructor(ctx: WaitUntil, env: Env) {
        this.ctx = ctx;
        this.env = env;
      }
    }
    const error = new RangeError("no such job");
    class Courses extends Entrypoint<{ readonly SITE: string }> {
      static readonly limit = 3;
      readonly #title = "Databases";
      get title(): string {
        return this.#title;
      }
      describe(): string {
        return `${this.title} of ${this.env.SITE}`;
      }
      fetch(request: Request, ...rest: unknown[]): Response {
        return new Response(`${this.describe()} ${request.method} ${rest.length}`, { status: 202 });
      }
      async queue(): Promise<void> {
        throw error;
      }
    }
    const Measured = instrumentWorker(recorded.pushmeter, Courses, {
      attributes: (_request, _response, env) => ({ site: (env as { SITE: string }).SITE }),
    });
    const courses = new Measured(ctx, { SITE: "x" });
    const response = await courses.fetch(new Request("https://x/"));
    expect([response.status, await response.text()]).toEqual([202, "Databases of x GET 0"]);
    await expect(call(courses.queue.bind(courses), { queue: "jobs" })).rejects.toBe(error);
    expect([courses.describe(), courses.title, Measured.limit]).toEqual(["Databases of x", "Databases", 3]);
    expect(courses).toBeInstanceOf(Courses);
    expect(Reflect.ownKeys(Courses.prototype)).not.toContain("pushmeterLinger");
    expect(await recorded.http()).toEqual(["GET - 202 success = 1"]);
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [
        {
          faas_trigger: "pubsub",
          messaging_destination_name: "jobs",
          outcome: "exception",
          error_type: "RangeError",
        },
        1,
      ],
    ]);
    const [labels] = recorded.receiver.series("http_server_request_duration_seconds_count");
    expect(labels?.labels.site).toBe("x");
    expect(recorded.errors).toEqual([]);
  });

  it("answers when attributes throw while they are read", async () => {
    const recorded = new Recorded();
    const attributes = () => ({
      get tenant(): string {
        throw new Error("getter");
      },
    });
    const worker = instrumentWorker(
      recorded.pushmeter,
      { fetch: () => new Response("fine") },
      { attributes },
    );
    const response = await call(worker.fetch, new Request("https://x/"), {}, context());
    expect(await response.text()).toBe("fine");
    expect(await recorded.http()).toEqual(["GET - 200 success = 1"]);
    expect(recorded.errors).toMatchObject([
      { message: expect.stringMatching(/attribute tenant of http.server.request.duration is left out/) },
    ]);
  });

  it("counts a handler that returns no Response as the failure that the platform makes of it", async () => {
    const recorded = new Recorded();
    const worker = instrumentWorker(recorded.pushmeter, { fetch: () => undefined as never });
    await call(worker.fetch, new Request("https://x/"), {}, context());
    expect(await recorded.http()).toEqual(["GET - 500 exception TypeError = 1"]);
  });

  it("refuses other values than a Worker at start", () => {
    const { pushmeter } = new Recorded();
    expect(() => instrumentWorker(pushmeter, {})).toThrow(
      /handlers must be an object or class with fetch or another handler, got an object with no keys/,
    );
    class Calls {
      find(): void {}
    }
    expect(() => instrumentWorker(pushmeter, Calls)).toThrow(/another handler, got a function/);
    expect(() => instrumentWorker(pushmeter, (() => {}) as never)).toThrow(/got a function/);
    expect(() => instrumentWorker(pushmeter, undefined as never)).toThrow(/got undefined/);
    expect(() =>
      instrumentWorker(pushmeter, { fetch: () => new Response() }, { rout: () => "/" } as never),
    ).toThrow(/instrumentWorker has no option rout/);
  });
});
