/** The same service on each server that the adapters for servers measure. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { instrumentHono } from "@pushmeter/adapters/hono";
import { instrumentExpress, instrumentFastify, instrumentHttp } from "@pushmeter/adapters/node";
import { instrumentServer, wholeBody } from "@pushmeter/adapters/server";
import type { Pushmeter } from "@pushmeter/sdk";
import express5 from "express";
import express4 from "express4";
import fastify from "fastify";
import { Hono } from "hono";

export interface RunningApp {
  readonly url: string;
  close(): Promise<void>;
}

export type StartApp = (pushmeter: Pushmeter) => Promise<RunningApp>;

/** Ends when the test says so. */
class Gate {
  #opened = Promise.withResolvers<void>();

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve();
    this.#opened = Promise.withResolvers<void>();
  }
}

/** Behind it `/gated` and the second half of `/stream` wait. */
export const gate = new Gate();

async function listen(server: Server): Promise<RunningApp> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function stream(response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "text/plain" });
  response.write("first");
  await gate.opened;
  response.end("second");
}

function expressApp(express: typeof express5, pushmeter: Pushmeter): RequestListener {
  const app = express();
  app.set("env", "test");
  const orders = express.Router({ mergeParams: true });
  orders.get("/:order", (_, response) => void response.json({ ok: true }));
  orders.get("/", (_, response) => void response.json([]));
  const users = express.Router();
  users.use("/:user/orders", orders);
  app.use("/users", users);
  const admin = express();
  admin.get("/tenants/:tenant", (_, response) => void response.send("tenant"));
  app.use("/admin", admin);
  app.get("/courses/:id", (_, response) => void response.send("course"));
  app.post("/login", express.text(), (request, response) => {
    response.status(request.body === "right" ? 204 : 401).end();
  });
  app.get("/broken", () => {
    throw new RangeError("broken");
  });
  app.get("/gated", async (_, response) => {
    await gate.opened;
    response.send("opened");
  });
  app.get("/stream", (_, response) => void stream(response));
  return instrumentExpress(pushmeter, app) as unknown as RequestListener;
}

const HTTP_ROUTES: readonly (readonly [RegExp, string])[] = [
  [/^\/users\/[^/]+\/orders\/[^/]+$/, "/users/:user/orders/:order"],
  [/^\/users\/[^/]+\/orders$/, "/users/:user/orders"],
  [/^\/admin\/tenants\/[^/]+$/, "/admin/tenants/:tenant"],
  [/^\/courses\/[^/]+$/, "/courses/:id"],
  [/^\/(?:login|broken|gated|stream)$/, "$&"],
];
const patternOf = (path: string) => {
  const [found] = HTTP_ROUTES.filter(([route]) => route.test(path));
  return found && path.replace(...found);
};

function httpListener(pushmeter: Pushmeter): RequestListener {
  const listener: RequestListener = (request, response) => {
    const route = patternOf(request.url ?? "");
    if (!route) return response.writeHead(404).end("not found");
    if (route === "/broken") return response.writeHead(500).end("broken");
    if (route === "/gated") return gate.opened.then(() => response.end("opened"));
    if (route === "/stream") return stream(response);
    if (route !== "/login") return response.end(route === "/courses/:id" ? "course" : "other");
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    return request.on("end", () => response.writeHead(body === "right" ? 204 : 401).end());
  };
  return instrumentHttp(pushmeter, listener, { route: ({ url = "" }) => patternOf(url) }) as RequestListener;
}

function honoApp(app: Hono): Hono {
  app.get("/users/:user/orders/:order", (c) => c.json({ ok: true }));
  app.get("/users/:user/orders", (c) => c.json([]));
  app.get("/admin/tenants/:tenant", (c) => c.text("tenant"));
  app.get("/courses/:id", (c) => c.text("course"));
  app.post("/login", async (c) => c.body(null, (await c.req.text()) === "right" ? 204 : 401));
  app.get("/broken", () => {
    throw new RangeError("broken");
  });
  app.get("/gated", async (c) => {
    await gate.opened;
    return c.text("opened");
  });
  app.get("/stream", (c) => {
    const chunks = async function* () {
      yield new TextEncoder().encode("first");
      await gate.opened;
      yield new TextEncoder().encode("second");
    };
    return c.body(ReadableStream.from(chunks()));
  });
  app.onError((_, c) => c.text("broken", 500));
  return app;
}

const served = (fetch: (request: Request) => Response | Promise<Response>) =>
  listen(createAdaptorServer({ fetch }) as Server);

export const APPS: Readonly<Record<string, StartApp>> = {
  "node:http": (pushmeter) => listen(createServer(httpListener(pushmeter))),
  "Express 5": (pushmeter) => listen(createServer(expressApp(express5, pushmeter))),
  "Express 4": (pushmeter) => listen(createServer(expressApp(express4, pushmeter))),
  Fastify: async (pushmeter) => {
    const app = instrumentFastify(pushmeter, fastify({ forceCloseConnections: true }));
    app.register(
      async (users) => {
        users.get("/:user/orders/:order", async () => ({ ok: true }));
        users.get("/:user/orders", async () => []);
      },
      { prefix: "/users" },
    );
    app.get("/admin/tenants/:tenant", async () => "tenant");
    app.get("/courses/:id", async () => "course");
    app.post("/login", async (request, reply) => reply.code(request.body === "right" ? 204 : 401).send());
    app.get("/broken", async () => {
      throw new RangeError("broken");
    });
    app.get("/gated", async () => {
      await gate.opened;
      return "opened";
    });
    app.get("/stream", (_, reply) => {
      reply.hijack();
      void stream(reply.raw);
    });
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    return { url, close: () => app.close() };
  },
  Hono: (pushmeter) => {
    const app = honoApp(instrumentHono(pushmeter, new Hono(), { body: wholeBody }));
    return served((request) => app.fetch(request));
  },
  "a fetch handler": (pushmeter) => {
    const app = honoApp(new Hono());
    const route = ({ url }: Request) => patternOf(new URL(url).pathname);
    return served(instrumentServer(pushmeter, (request) => app.fetch(request), { route, body: wholeBody }));
  },
};
