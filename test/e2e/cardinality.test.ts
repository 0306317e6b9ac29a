import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { Random } from "@pushmeter/testkit/test-random";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { receivedRequests } from "./counted.ts";

const REQUESTS = 50_000;
/** The OpenTelemetry SDK's own default, for every instrument. */
const LIMIT = 2000;
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PROPFIND"];
const WORDS = ["wp-login.php", "..%2f", ".env", "админ", "a".repeat(200), "courses", "search", ":id", "*"];
/** Bytes: if 45,000 paths, hosts or texts were kept, each would take more than 45. */
const LEAST_LEAK = 2_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes in use after garbage collection. */
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

/** Accepts every push and keeps only the last, so that its own memory does not grow. */
class Sink {
  readonly receiver = new Receiver();
  readonly pushmeter = createPushmeter({
    service: "courses",
    push: remoteWrite({ url: "http://receiver/api/v1/write", fetch: (request) => this.#fetch(request) }),
  });
  #isLast = false;

  async flush(): Promise<void> {
    expect(await this.pushmeter.flush()).toBe(true);
  }

  async flushLast(): Promise<void> {
    this.#isLast = true;
    await this.flush();
  }

  async #fetch(request: Request): Promise<Response> {
    return this.#isLast ? this.receiver.fetch(request) : new Response(null, { status: 204 });
  }
}

describe("50,000 requests to random paths", () => {
  it("leave the known routes' series, and memory does not grow", async () => {
    const random = new Random();
    const sink = new Sink();
    const { pushmeter, receiver } = sink;
    const app = new Hono();
    app.use(pushmeterMiddleware(pushmeter));
    app.get("/courses/:id", (c) => c.text("course"));
    app.get("/search", (c) => c.text("found"));
    const files = new Hono();
    files.get("/*", (c) => c.text("file"));
    app.route("/files", files);
    const worker = instrumentWorker(pushmeter, app);

    const randomPath = () => {
      const segment = () => (random.below(3) ? random.next().toString(36).slice(2) : random.pick(WORDS));
      const path = Array.from({ length: 1 + random.below(4) }, segment).join("/");
      return `${random.pick(["", "courses/", "files/"])}${path}?q=${random.next()}`;
    };
    const visit = async (requests: number) => {
      for (let i = 0; i < requests; i++) {
        const url = `http://${random.next()}.courses.example/${randomPath()}`;
        const request = new Request(url, { method: random.pick(METHODS) });
        await worker.fetch(request, {}, { waitUntil() {}, passThroughOnException() {}, props: {} });
        if (i % 1000 === 999) await sink.flush();
      }
    };
    await visit(5000);
    const before = await heap();
    await visit(REQUESTS - 5000);
    expect((await heap()) - before).toBeLessThan(LEAST_LEAK);
    await sink.flushLast();

    const table = receivedRequests(receiver);
    expect(Object.values(table).reduce((sum, count) => sum + count, 0)).toBe(REQUESTS);
    const kinds = Object.keys(table).filter((row) => !/ 404 client_error -$/.test(row));
    expect(kinds.sort()).toEqual([
      "GET /courses/:id 200 success -",
      "GET /files/* 200 success -",
      "GET /search 200 success -",
      "HEAD /courses/:id 200 success -",
      "HEAD /files/* 200 success -",
      "HEAD /search 200 success -",
    ]);
    const unmatched = METHODS.map((method) => `${method.replace("PROPFIND", "_OTHER")} - 404 client_error -`);
    expect(
      Object.keys(table)
        .filter((row) => !kinds.includes(row))
        .sort(),
    ).toEqual(unmatched.sort());
  });
});

describe("a counter with 50,000 attribute values", () => {
  it.for([1000, 5000])("stays at 2,000 series and exact, pushed every %i", async (every) => {
    const sink = new Sink();
    const { receiver } = sink;
    const logins = sink.pushmeter.meter.createCounter("app.logins");
    let before = 0;
    for (let i = 1; i <= REQUESTS; i++) {
      logins.add(i % 7, { user: `user-${i}` });
      if (i % every === 0) await sink.flush();
      if (i === 5000) before = await heap();
    }
    expect((await heap()) - before).toBeLessThan(LEAST_LEAK);
    await sink.flushLast();

    let sent = 0;
    for (let i = 1; i <= REQUESTS; i++) sent += i % 7;
    expect(receiver.series("app_logins_total")).toHaveLength(LIMIT);
    expect(receiver.total("app_logins_total")).toBe(sent);
    const [overflow] = receiver.series("app_logins_total", { otel_metric_overflow: "true" });
    expect(overflow?.samples.at(-1)?.value).toBeGreaterThan((sent * 9) / 10);
    expect(receiver.total("app_logins_total", { user: "user-1" })).toBe(1);
  });
});
