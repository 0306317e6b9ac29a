import { type Context, Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { describe, expect, it, vi } from "vitest";
import { pushmeterMiddleware } from "./hono.ts";
import { Recorded, WaitUntil } from "./testing/recorded.ts";
import { instrumentWorker } from "./workers.ts";

function quiet(app: Hono): Hono {
  return app.onError((_, c) => c.text("broken", 500));
}

describe("pushmeterMiddleware", () => {
  it("records the pattern of the route that answered, never the path", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/courses/:id", (c) => c.text("one"));
    app.post("/courses", (c) => c.text("made", 201));
    app.get("/courses/:id/missing", (c) => c.text("no", 404));
    for (const id of [1, 2, 3]) await app.request(`/courses/${id}`);
    await app.request("/courses", { method: "POST" });
    await app.request("/courses/1/missing");
    await app.request("/courses/2/missing");

    expect(await recorded.http()).toEqual([
      "GET /courses/:id 200 success = 3",
      "GET /courses/:id/missing 404 client_error = 2",
      "POST /courses 201 success = 1",
    ]);
  });

  it("knows sub-apps, base paths, mounted apps and optional parts", async () => {
    const recorded = new Recorded();
    const lessons = new Hono().get("/:lesson", (c) => c.text("lesson"));
    const strict = quiet(new Hono()).get("/:id", () => {
      throw new RangeError("x");
    });
    const app = new Hono().basePath("/v1");
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.route("/courses/:id/lessons", lessons);
    app.route("/strict", strict);
    app.mount("/old", () => new Response("old"));
    app.get("/search/:page?", (c) => c.text("found"));
    for (const path of ["courses/7/lessons/9", "strict/1", "old/x/y", "search", "search/2"]) {
      await app.request(`/v1/${path}`);
    }

    expect(await recorded.http()).toEqual([
      "GET /v1/courses/:id/lessons/:lesson 200 success = 1",
      "GET /v1/old/* 200 success = 1",
      "GET /v1/search/:page? 200 success = 2",
      "GET /v1/strict/:id 500 exception RangeError = 1",
    ]);
  });

  it.each<[string, object]>([
    ["nothing under a symbol", {}],
    [
      "something else under a symbol",
      { [Symbol()]: [Array(9).fill([[undefined, { path: "/x", method: "GET" }]])] },
    ],
    [
      "what cannot be read",
      {
        get [Symbol()]() {
          throw new Error("not for you");
        },
      },
    ],
  ])("finds the pattern in another release of Hono, whose requests hold %s", async (_, prototype) => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(async (c, next) => {
      const req = new Proxy(c.req, {
        getPrototypeOf: () => prototype,
        get: (request, name) => Reflect.get(Object.hasOwn(prototype, name) ? prototype : request, name),
      });
      Object.defineProperty(c, "req", { value: req });
      await next();
    });
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/courses/:id", (c) => c.text("one"));
    for (const id of [1, 2]) {
      const response = await app.request(`/courses/${id}`);
      expect(await response.text()).toBe("one");
    }
    expect(await recorded.http()).toEqual(["GET /courses/:id 200 success = 2"]);
  });

  it("records no route for a request that matched none", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.use("/api/*", async (_, next) => next());
    app.get("/", (c) => c.text("home"));
    for (const path of ["/wp-login.php", "/api/unknown", "/api/unknown/2"]) await app.request(path);
    expect(await recorded.http()).toEqual(["GET - 404 client_error = 3"]);

    const spa = new Hono();
    spa.use(pushmeterMiddleware(recorded.pushmeter));
    spa.get("/", (c) => c.text("home"));
    spa.notFound((c) => c.html("<html>"));
    await spa.request("/some/page");
    expect(await recorded.http()).toContain("GET - 200 success = 1");
  });

  it("records the middleware's pattern when a middleware answers in the route's place", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.use("/admin/*", async (c) => c.text("who are you?", 401));
    app.get("/admin/users", (c) => c.text("users"));
    await app.request("/admin/users");
    expect(await recorded.http()).toEqual(["GET /admin/* 401 client_error = 1"]);
  });

  it("records the route that would have answered when a middleware answers first", async () => {
    const recorded = new Recorded();
    const auth: MiddlewareHandler = async (c, next) => {
      if (!c.req.header("authorization")) return c.text("who are you?", 401);
      return next();
    };
    const limit: MiddlewareHandler = async (c, next) => {
      if (c.req.query("limit")) throw new HTTPException(429);
      return next();
    };
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.use(auth);
    app.use("/courses/*", limit);
    app.get("/courses/:id", (c) => c.text("course"));
    app.post("/courses/:id", (c) => c.text("changed"));
    app.route(
      "/users",
      new Hono().get("/:name", (c) => c.text("user")),
    );
    app.mount("/old", () => new Response("old"));
    app.get("*", (c) => c.text("a page of the application"));
    const init = { headers: { authorization: "me" } };
    for (const path of ["/courses/1", "/courses/2", "/users/ada", "/elsewhere"]) {
      await app.request(path);
      await app.request(path, init);
    }
    await app.request("/courses/1", { method: "POST" });
    await app.request("/courses/1?limit=1", init);
    await app.request("/old/page", init);
    expect(await recorded.http()).toEqual([
      "GET /* 200 success = 1",
      "GET /* 401 client_error = 1",
      "GET /courses/:id 200 success = 2",
      "GET /courses/:id 401 client_error = 2",
      "GET /courses/:id 429 client_error = 1",
      "GET /old/* 200 success = 1",
      "GET /users/:name 200 success = 1",
      "GET /users/:name 401 client_error = 1",
      "POST /courses/:id 401 client_error = 1",
    ]);
  });

  it("records thrown Errors by class, whether Hono's own answer or onError's is sent", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/bug/:id", () => {
      throw new TypeError("x is not a function");
    });
    app.get("/forbidden", () => {
      throw new HTTPException(403);
    });
    const silence = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await app.request("/bug/1");
    await app.request("/forbidden");
    silence.mockRestore();
    expect(response.status).toBe(500);

    quiet(app);
    await app.request("/bug/2");
    expect(await recorded.http()).toEqual([
      "GET /bug/:id 500 exception TypeError = 2",
      "GET /forbidden 403 client_error = 1",
    ]);
  });

  it("lets a thrown non-Error pass and counts it as a 500", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/odd", () => {
      throw "just text";
    });
    await expect(app.request("/odd")).rejects.toBe("just text");
    expect(await recorded.http()).toEqual(["GET /odd 500 exception _OTHER = 1"]);
  });

  it("counts once inside instrumentWorker, with Hono's route and error class", async () => {
    const recorded = new Recorded();
    const app = quiet(new Hono());
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/courses/:id", (c) => c.text("one"));
    app.get("/bug", () => {
      throw new TypeError("x");
    });
    app.get("/odd", () => {
      throw 42;
    });
    const worker = instrumentWorker(recorded.pushmeter, app);
    const call = (path: string) => worker.fetch(new Request(`http://x${path}`), {}, new WaitUntil() as never);
    await call("/courses/1");
    await call("/bug");
    await call("/nowhere");
    await expect(call("/odd")).rejects.toBe(42);

    expect(await recorded.http()).toEqual([
      "GET - 404 client_error = 1",
      "GET /bug 500 exception TypeError = 1",
      "GET /courses/:id 200 success = 1",
      "GET /odd 500 exception _OTHER = 1",
    ]);
  });

  it("counts once even if the Worker passes another request to Hono", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/courses/:id", (c) => c.text("one"));
    const worker = instrumentWorker(recorded.pushmeter, {
      fetch: (request: Request, env: object, ctx: never) =>
        app.fetch(new Request(request.url.replace("/old", "/courses"), request), env, ctx),
    });
    await worker.fetch(new Request("http://x/old/1"), {}, new WaitUntil() as never);
    expect(await recorded.http()).toEqual(["GET /courses/:id 200 success = 1"]);
  });

  it("counts every request when one Request object is used again", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/", (c) => c.text("home"));
    const request = new Request("http://x/");
    for (let i = 0; i < 3; i++) await app.fetch(request);
    expect(await recorded.http()).toEqual(["GET / 200 success = 3"]);
  });

  it("takes route, ignore and attributes, and reports what they throw", async () => {
    const recorded = new Recorded();
    const app = new Hono<{ Bindings: { REGION: string } }>();
    app.use(
      pushmeterMiddleware(recorded.pushmeter, {
        route: (request) => (request.url.endsWith("/special") ? "/renamed" : undefined),
        ignore: (request) => request.url.endsWith("/health"),
        attributes: (request, response, env: { REGION: string }) => {
          if (request.url.endsWith("/bad")) throw new Error("callback");
          return { region: env.REGION, type: response?.headers.get("content-type") ?? "none" };
        },
      }),
    );
    app.get("/:name", (c) => c.text("hello"));
    for (const path of ["/special", "/health", "/bad"]) {
      expect((await app.request(path, {}, { REGION: "weur" })).status).toBe(200);
    }
    expect(await recorded.http()).toEqual(["GET /:name 200 success = 1", "GET /renamed 200 success = 1"]);
    expect(recorded.errors).toEqual([new Error("callback")]);
    const series = await recorded.series("http_server_request_duration_seconds_count");
    expect(series.find(([labels]) => labels.http_route === "/renamed")?.[0]).toMatchObject({
      region: "weur",
    });
  });

  it("refuses unknown options at start", () => {
    const { pushmeter } = new Recorded();
    expect(() => pushmeterMiddleware(pushmeter, { routes: () => "/" } as never)).toThrow(
      /pushmeterMiddleware has no option routes.*Accepted: route, ignore, attributes/,
    );
    expect(() => pushmeterMiddleware(pushmeter, { ignore: true } as never)).toThrow(
      /ignore must be a function/,
    );
  });

  it("reports once a minute, inside instrumentWorker, that it is registered after the routes", async () => {
    const build = (order: (app: Hono, middleware: MiddlewareHandler) => void) => {
      const recorded = new Recorded();
      const app = new Hono();
      const worker = instrumentWorker(recorded.pushmeter, app);
      order(app, pushmeterMiddleware(recorded.pushmeter));
      const call = () => worker.fetch(new Request("http://x/a"), {}, new WaitUntil() as never);
      return { recorded, call };
    };
    const answer = (c: Context) => c.text("a");
    const late = build((app, middleware) => app.get("/a", answer).use(middleware));
    for (let i = 0; i < 3; i++) expect((await late.call()).status).toBe(200);
    expect(late.recorded.errors).toMatchObject([
      { message: expect.stringMatching(/registered after the routes/) },
    ]);

    for (const order of [
      (app: Hono, middleware: MiddlewareHandler) => app.use(middleware).get("/a", answer),
      // A route that is not to be measured.
      (app: Hono, middleware: MiddlewareHandler) =>
        app.get("/health", answer).use(middleware).get("/a", answer),
      (app: Hono, middleware: MiddlewareHandler) => app.get("/a", answer).use("/api/*", middleware),
      (app: Hono) => app.get("/a", answer),
    ]) {
      const { recorded, call } = build(order);
      expect((await call()).status).toBe(200);
      expect(recorded.errors).toEqual([]);
    }
  });
});
