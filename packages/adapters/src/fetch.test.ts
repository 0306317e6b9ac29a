import { describe, expect, it } from "vitest";
import { instrumentFetch } from "./fetch.ts";
import { Recorded, WaitUntil } from "./testing/recorded.ts";

describe("instrumentFetch", () => {
  it("counts by the route that the user names and passes everything on", async () => {
    const recorded = new Recorded();
    const handler = instrumentFetch(
      recorded.pushmeter,
      (request, info: { ip: string }) => Response.json({ ip: info.ip, url: request.url }),
      { route: () => "/courses/:id" },
    );
    const response = await handler(new Request("http://x/courses/7"), { ip: "::1" });
    expect(await response.json()).toEqual({ ip: "::1", url: "http://x/courses/7" });
    expect(await recorded.http()).toEqual(["GET /courses/:id 200 success = 1"]);
  });

  it("pushes in the platform's waitUntil, wherever the context stands among the arguments", async () => {
    for (const rest of [[new WaitUntil()], [{ REGION: "weur" }, new WaitUntil()]]) {
      const recorded = new Recorded({ flush: "invocation" });
      const handler = instrumentFetch<unknown[]>(recorded.pushmeter, () => new Response());
      await handler(new Request("http://x/"), ...rest);
      await Promise.all((rest.at(-1) as WaitUntil).promises);
      expect(recorded.receiver.total("http_server_request_duration_seconds_count")).toBe(1);
    }
  });

  it("counts once around an instrumented handler", async () => {
    const recorded = new Recorded();
    const inner = instrumentFetch(recorded.pushmeter, () => new Response(), { route: () => "/inner" });
    const outer = instrumentFetch(recorded.pushmeter, inner, { route: () => "/outer" });
    await outer(new Request("http://x/"));
    expect(await recorded.http()).toEqual(["GET /outer 200 success = 1"]);
  });

  it("counts every one of concurrent requests that share a context", async () => {
    const recorded = new Recorded();
    const handler = instrumentFetch<unknown[]>(recorded.pushmeter, async () => new Response());
    const shared = new WaitUntil();
    await Promise.all([1, 2, 3].map((id) => handler(new Request(`http://x/${id}`), shared)));
    expect(await recorded.http()).toEqual(["GET - 200 success = 3"]);
  });

  it("refuses other values than a handler at start", () => {
    expect(() => instrumentFetch(new Recorded().pushmeter, {} as never)).toThrow(
      /instrumentFetch handler must be a function, got an object with no keys/,
    );
  });
});
