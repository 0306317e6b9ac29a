import { describe, expect, it } from "vitest";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Endpoint, type EndpointOptions } from "./endpoint.ts";
import { PushError } from "./error.ts";
import { busy, byStatus, send } from "./send.ts";

/** A receiver that gives its answers in order, the last one for ever. */
class Script {
  readonly requests: Request[] = [];
  readonly times: number[] = [];
  readonly runtime: FakeRuntime;
  readonly endpoint: Endpoint;

  constructor(answers: (() => Response | Promise<Response>)[], options: Partial<EndpointOptions> = {}) {
    const runtime = new FakeRuntime();
    this.runtime = runtime;
    this.endpoint = new Endpoint(
      "remoteWrite",
      {
        url: "https://receiver.example/write",
        fetch: async (request) => {
          this.requests.push(request);
          this.times.push(runtime.monotonic());
          const answer = answers[Math.min(this.requests.length, answers.length) - 1] as () => Response;
          return answer();
        },
        ...options,
      },
      runtime,
      "the receiver's",
    );
  }

  /** Begins to send one call, and comes to the answer or the error. */
  async begin(timeout?: number) {
    const call = { method: "POST", headers: { "content-type": "text/plain" } };
    const { error, answer } = await send(this.endpoint, call, (each) => byStatus(each, busy), { timeout });
    return error ?? answer;
  }

  /** Sends one call; time runs until it settles. */
  send(timeout?: number) {
    return this.runtime.until(this.begin(timeout));
  }
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(code === 204 ? null : "reason", { status: code, headers });
const reset = () => Promise.reject(new TypeError("connection reset"));
const hang = () => new Promise<Response>(() => {});

describe("retries", () => {
  it.each([500, 502, 503, 429])("go on after %i", async (code) => {
    const script = new Script([status(code), status(code), status(204)]);
    expect(await script.send()).toMatchObject({ status: 204 });
    expect(script.requests).toHaveLength(3);
  });

  it("go on after a connection that broke", async () => {
    const script = new Script([reset, status(200)]);
    expect(await script.send()).toMatchObject({ status: 200 });
  });

  it("that end without an answer say why, where the platform tells", async () => {
    const refused = new TypeError("fetch failed", {
      cause: Object.assign(new Error(), { code: "ECONNREFUSED" }),
    });
    for (const [error, why] of [
      [refused, "TypeError: fetch failed ECONNREFUSED"],
      [new Error("Network connection lost."), "Error: Network connection lost."],
      [undefined, "undefined"],
    ] as const) {
      const script = new Script([() => Promise.reject(error)], { timeout: 100 });
      expect(await script.send()).toMatchObject({
        result: "unreachable",
        message: `remoteWrite to https://receiver.example/write: ${why}`,
      });
    }
  });

  it.each([200, 204, 301, 400, 401, 404, 413, 415])("never follow %i", async (code) => {
    const script = new Script([status(code)]);
    expect(await script.send()).toMatchObject({ status: code });
    expect(script.requests).toHaveLength(1);
  });

  it("back off exponentially with jitter, up to 5 s", async () => {
    const script = new Script([status(503)], { timeout: 30_000 });
    await script.send();
    const gaps = script.times.slice(1).map((time, i) => time - (script.times[i] as number));
    // Three quarters of 250 · 2ⁿ: the fake's random number is 0.5.
    expect(gaps.slice(0, 7)).toEqual([187.5, 375, 750, 1500, 3000, 3750, 3750]);
  });

  it("wait as long as Retry-After says, in seconds or as a date", async () => {
    const seconds = new Script([status(429, { "retry-after": "3" }), status(204)]);
    await seconds.send();
    expect(seconds.times[1]).toBe(3000);

    const date = new Script([]);
    const at = new Date(date.runtime.now() + 4000).toUTCString();
    const dated = new Script([status(503, { "retry-after": at }), status(204)]);
    await dated.send();
    expect(dated.times[1]).toBeGreaterThan(2999);
    expect(dated.times[1]).toBeLessThan(4001);
  });

  it.each(["soon", "-5"])("back off as ever when Retry-After says %j", async (value) => {
    const script = new Script([status(503, { "retry-after": value }), status(204)]);
    await script.send();
    expect(script.times[1]).toBe(187.5);
  });

  it("do not begin when Retry-After is beyond the deadline", async () => {
    const script = new Script([status(429, { "retry-after": "3600" })]);
    expect(await script.send()).toMatchObject({ name: "PushError", result: "unavailable", status: 429 });
    expect(script.requests).toHaveLength(1);
  });
});

describe("the deadline", () => {
  it("ends a request that hangs, though fetch ignores its signal", async () => {
    const script = new Script([hang], { timeout: 2000 });
    const started = script.runtime.monotonic();
    let ended = 0;
    const done = script.begin().finally(() => {
      ended = script.runtime.monotonic();
    });
    await script.runtime.advance(60_000);
    expect(await done).toMatchObject({ result: "timeout" });
    expect(ended - started).toBe(2000);
    expect(script.requests[0]?.signal.aborted).toBe(true);
    expect(script.runtime.pending).toBe(0);
  });

  it("covers a body that never ends", async () => {
    const script = new Script([() => new Response(new ReadableStream({}), { status: 200 })]);
    expect(await script.send(1000)).toMatchObject({ result: "timeout" });
  });

  it("holds for all attempts together, and the caller's is never exceeded", async () => {
    const script = new Script([status(500)], { timeout: 60_000 });
    await script.send(1000);
    expect(Math.max(...script.times)).toBeLessThan(1000);
  });
});

describe("answers", () => {
  it("are kept to 1024 characters, and the rest is cancelled", async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("x".repeat(600))),
      cancel: () => {
        cancelled = true;
      },
    });
    const script = new Script([() => new Response(endless, { status: 400 })]);
    const answer = await script.send();
    expect((answer as PushError).message.match(/x+$/)?.[0]).toHaveLength(1024);
    expect(cancelled).toBe(true);
  });

  it("that redirect are not followed: they would take the token along", async () => {
    const script = new Script([status(307, { location: "https://elsewhere.example/" })]);
    expect(await script.send()).toMatchObject({ status: 307 });
    expect(script.requests[0]?.redirect).toBe("manual");
  });
});

describe("credentials", () => {
  it.each([
    ["Bearer s3cr3t", { bearer: "s3cr3t" }],
    ["s3cr3t", { headers: { authorization: "Token s3cr3t" } }],
  ])("leave no token in what %j is part of", async (body, auth) => {
    const script = new Script([() => new Response(`no ${body}`, { status: 400 })], { auth });
    expect(await script.send()).toMatchObject({ message: expect.stringMatching(/: no \*\*\*$/) });
  });

  const SECRET = "s3cr3t-token";
  const everything: [string, Partial<EndpointOptions>][] = [
    ["bearer", { auth: { bearer: SECRET } }],
    ["basic", { auth: { basic: { username: "user", password: SECRET } } }],
    ["headers", { auth: { headers: { "X-Api-Key": SECRET } } }],
    ["the url's user", { url: `https://user:${SECRET}@receiver.example/write` }],
    ["the url's query", { url: `https://receiver.example/write?token=${SECRET}` }],
  ];

  it.each(everything)(
    "given as %s never reach a message, whatever the receiver or fetch says",
    async (_, options) => {
      const echo = (request: Request) =>
        `${request.url} ${request.headers.get("authorization")} ${request.headers.get("x-api-key")} ${SECRET}`;
      for (const failure of [
        async (request: Request) => new Response(echo(request), { status: 500 }),
        async (request: Request) => new Response(echo(request), { status: 400 }),
        async (request: Request) => Promise.reject(new TypeError(`fetch failed: ${echo(request)}`)),
      ]) {
        const script = new Script([], { ...options, fetch: failure });
        const error = (await script.send(500)) as PushError;
        expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(SECRET);
        expect(error.message).not.toContain(btoa(`user:${SECRET}`));
        expect(error.message).toContain("remoteWrite to https://receiver.example/write: ");
      }
    },
  );

  it("that stand where an answer is cut leave no part of them behind", async () => {
    for (let at = 1000; at < 1024; at++) {
      const body = " ".repeat(5) + "x".repeat(at) + SECRET.repeat(50);
      const script = new Script([() => new Response(body, { status: 400 })], { auth: { bearer: SECRET } });
      expect(await script.send()).toMatchObject({ message: expect.not.stringContaining("s3c") });
    }
  });

  it("are sent as configured", async () => {
    const sent = async (options: Partial<EndpointOptions>) => {
      const script = new Script([status(204)], options);
      await script.send();
      return script.requests[0] as Request;
    };
    expect((await sent({ auth: { bearer: "abc" } })).headers.get("authorization")).toBe("Bearer abc");
    const basic = await sent({ auth: { basic: { username: "us€r", password: "p:w" } } });
    expect(basic.headers.get("authorization")).toBe("Basic dXPigqxyOnA6dw==");
    const url = await sent({ url: "https://us%40r:p%2Fw@receiver.example/write/?tenant=1" });
    expect(url.headers.get("authorization")).toBe(`Basic ${btoa("us@r:p/w")}`);
    expect(url.url).toBe("https://receiver.example/write/?tenant=1");
    const custom = await sent({ auth: { headers: { "X-Scope-OrgID": "team-a" } } });
    expect(custom.headers.get("x-scope-orgid")).toBe("team-a");
    expect(custom.headers.get("content-type")).toBe("text/plain");
  });
});

describe("an attempt", () => {
  it("takes half of the time, so that a connection that was dropped silently leaves time for another", async () => {
    const script = new Script([hang, status(204)], { timeout: 10_000 });
    expect(await script.send()).toMatchObject({ status: 204 });
    expect(script.times[1]).toBeLessThan(5_500);
  });

  it("takes all of it where half was not enough", async () => {
    const slow = () => script.runtime.advance(6_000).then(() => new Response());
    const script: Script = new Script([hang, hang, slow], { timeout: 10_000 });
    expect(await script.send()).toMatchObject({ result: "timeout" });
    expect(await script.begin()).toMatchObject({ status: 200 });
  });
});

describe("a push", () => {
  it("is at most ten requests, whatever is answered", async () => {
    for (const answer of [status(500), status(429, { "retry-after": "0" }), reset]) {
      const script = new Script([answer], { timeout: 86_400_000 });
      expect(await script.send()).toBeInstanceOf(PushError);
      expect(script.requests).toHaveLength(10);
    }
  });
});
