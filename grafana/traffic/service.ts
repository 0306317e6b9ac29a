/**
 * One instance of a course catalogue like `examples/worker`, with its instruments and routes but without a
 * database: some routes are slow, some fail. Measured by the product, and counted beside it.
 */
import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter, type Destination, type FlushPolicy, type Runtime } from "@pushmeter/sdk";
import { Hono } from "hono";
import { waiting } from "./bindings.ts";
import type { Truth } from "./truth.ts";

export interface ServiceOptions {
  readonly service: string;
  /** Default 1.4.0. */
  readonly version?: string;
  readonly push: Destination | undefined;
  readonly runtime?: Runtime | undefined;
  readonly flush?: FlushPolicy | undefined;
  readonly random: () => number;
  /** Takes the time, in milliseconds, that a database or a printer would. */
  readonly work: (ms: number) => Promise<void>;
  readonly truth: Truth;
  readonly users: () => number;
  /** Makes two instruments of one name and different kinds, and one that is no number: their points are dropped. */
  readonly conflict?: boolean;
  /** Without: the process lives on by itself, and a background timer pushes. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

export interface Service {
  readonly fetch: (path: string, method?: string) => Promise<void>;
  readonly cron: () => Promise<void>;
  readonly queue: () => Promise<void>;
  readonly pushmeter: ReturnType<typeof createPushmeter>;
}

type Handler<Event, Result> = (event: Event, env: object, context: object) => Promise<Result>;

interface Handlers {
  readonly fetch: Handler<Request, Response>;
  readonly scheduled: Handler<{ cron: string }, void>;
  readonly queue: Handler<{ queue: string }, void>;
}

const CRON = "*/15 * * * *";
const QUEUE = "enrolments";

export function createService(options: ServiceOptions): Service {
  const {
    service,
    version = "1.4.0",
    push,
    flush,
    runtime,
    random,
    work,
    truth,
    users,
    conflict,
    onError,
  } = options;
  const between = (least: number, most: number) => work(least + random() * random() * (most - least));
  const pushmeter = createPushmeter({ service: { name: service, version }, push, flush, onError }, runtime);
  const { meter } = pushmeter;
  const { DB, CACHE, ENROLMENTS, AI, PASSWORDS, print } = waiting(pushmeter, between, random);
  const logins = meter.createCounter("app.logins", { unit: "{login}" });
  const found = meter.createHistogram("app.search.results", {
    unit: "{course}",
    advice: { explicitBucketBoundaries: [0, 1, 2, 5, 10, 20, 50, 100] },
  });
  meter
    .createObservableGauge("app.users", { unit: "{user}" })
    .addCallback((result) => result.observe(users()));
  if (conflict) {
    meter.createHistogram("app.basket").record(1);
    meter.createGauge("app.basket").record(1);
    // An aggregator cannot add it up.
    meter.createObservableGauge("app.basket.value").addCallback((result) => result.observe(Number.NaN));
  }

  const app = new Hono();
  app.onError((_error, c) => c.json({}, 500));
  app.use(pushmeterMiddleware(pushmeter));
  app.get("/courses", async (c) => {
    await DB.prepare(40).all();
    return c.json([]);
  });
  app.get("/courses/search", async (c) => {
    await AI.run("@cf/baai/bge-small-en-v1.5");
    await DB.prepare(150).all();
    const courses = Math.floor(random() * random() * 12);
    found.record(courses);
    truth.count("searches");
    truth.count("found", {}, courses);
    return c.json([]);
  });
  app.get("/courses/:id", async (c) => {
    await CACHE.get(c.req.param("id"));
    await DB.prepare(90).first();
    return random() < 0.05 ? c.json({}, 404) : c.json({});
  });
  app.get("/courses/:id/certificate", async (c) => {
    const printed = print("https://printer.example/certificates", { method: "POST" });
    const failed = () => truth.count("operations", { kind: "failed" });
    const { status } = await printed.catch((error) => {
      failed();
      throw error;
    });
    if (status === 503) failed();
    return status === 200 ? c.json({}) : c.json({}, 503);
  });
  app.post("/courses/:id/enrol", async (c) => {
    await ENROLMENTS.send({});
    truth.count("operations", { kind: "send" });
    return c.json({}, 202);
  });
  app.post("/login", async (c) => {
    const result = (await PASSWORDS.hash("correct horse")) ? "failure" : "success";
    logins.add(1, { result });
    truth.count("logins", { result });
    return c.json({}, result === "success" ? 200 : 401);
  });

  let batches = 0;
  const handlers: Handlers = {
    fetch: async (request) => app.fetch(request),
    scheduled: () => between(100, 900),
    queue: async () => {
      await between(20, 300);
      // Counted, not drawn: however short a history is, it has a failure to show.
      if (batches++ % 8 === 2) throw new TypeError("not an enrolment");
    },
  };
  const worker = instrumentWorker(pushmeter, handlers);
  const { waitUntil } = options;
  const context = () => (waitUntil ? { waitUntil } : {});
  const invoked = async (labels: Record<string, string>, run: () => Promise<unknown>) => {
    const error = await run().then(
      () => undefined,
      (error: unknown) => error,
    );
    truth.count("invocations", { ...labels, outcome: error ? "exception" : "success" });
  };
  return {
    pushmeter,
    async fetch(path, method = "GET") {
      const request = new Request(`https://courses.example${path}`, { method });
      const response = await worker.fetch(request, {}, context());
      await response.body?.cancel();
      truth.count("requests", { status: `${response.status}`, method });
    },
    cron: () => invoked({ trigger: "timer" }, () => worker.scheduled({ cron: CRON }, {}, context())),
    queue: () => invoked({ trigger: "pubsub" }, () => worker.queue({ queue: QUEUE }, {}, context())),
  };
}
