/** The same small service on Hono and Express, each measured by pushmeter and by a library side by side. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { prometheus } from "@hono/prometheus";
import { instrumentHono } from "@pushmeter/adapters/hono";
import { instrumentExpress } from "@pushmeter/adapters/node";
import type { Pushmeter } from "@pushmeter/sdk";
import { HttpClient } from "@pushmeter/testkit/http-client";
import { serve } from "@pushmeter/testkit/serve";
import express, { type Express, type RequestHandler } from "express";
import promBundle from "express-prom-bundle";
import { Hono } from "hono";
import { Counter, Histogram, Registry, register } from "prom-client";
import requests from "./requests.json" with { type: "json" };

/** What pushmeter and the library answer to a scrape after all requests. */
export interface Scraped {
  readonly own: string;
  readonly library: string;
}

async function send(url: string): Promise<void> {
  const client = new HttpClient(url);
  for (const [method = "", path = "", body = ""] of requests) {
    await client.send(path, { method, body, headers: body ? { "content-type": "text/plain" } : {} });
  }
  client.close();
}

/** @param use - adds the library to an app; the result answers its scrape. */
async function onExpress(
  pushmeter: Pushmeter,
  use: (app: Express) => () => Promise<string>,
): Promise<Scraped> {
  const app = instrumentExpress(pushmeter, express(), { metrics: false });
  const library = use(app);
  app.get("/courses/:id", (request, response) => void response.json({ id: Number(request.params.id) }));
  app.post("/login", express.text(), (request, response) => {
    response.status(request.body === "right" ? 204 : 401).end();
  });
  app.get("/broken", (_, response) => void response.status(500).end());
  app.use((_, response) => void response.status(404).json({ detail: "Not Found" }));
  const server = createServer(app as unknown as RequestListener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await send(`http://127.0.0.1:${port}`);
  server.close();
  return { own: await (await pushmeter.scrape()).text(), library: await library() };
}

/** What prom-client's users write by habit. */
export const withPromClient = (pushmeter: Pushmeter) =>
  onExpress(pushmeter, (app) => {
    const registry = new Registry();
    const duration = new Histogram({
      name: "http_request_duration_seconds",
      help: "Duration of HTTP requests in seconds",
      labelNames: ["method", "route", "status_code"],
      registers: [registry],
    });
    app.use(((request, response, next) => {
      const stop = duration.startTimer();
      response.on("finish", () => {
        const { method, route } = request;
        stop({ method, ...(route && { route: route.path }), status_code: response.statusCode });
      });
      next();
    }) satisfies RequestHandler);
    return () => registry.metrics();
  });

/** `app_request_count` as a client writes it that adds nothing to names. */
export const withAppRequestCount = (pushmeter: Pushmeter) =>
  onExpress(pushmeter, (app) => {
    const registry = new Registry();
    const count = new Counter({
      name: "app_request_count",
      help: "Application Request Count",
      labelNames: ["method", "endpoint", "http_status"],
      registers: [registry],
    });
    app.use(((request, response, next) => {
      response.on("finish", () => {
        const endpoint = request.route?.path.replace(":id", "{id}") ?? "";
        count.inc({ method: request.method, endpoint, http_status: response.statusCode });
      });
      next();
    }) satisfies RequestHandler);
    return () => registry.metrics();
  });

export const withExpressPromBundle = (pushmeter: Pushmeter, options: promBundle.Opts) =>
  onExpress(pushmeter, (app) => {
    register.clear();
    app.use(promBundle(options));
    return () => register.metrics();
  });

/** Without a library: what one has answered elsewhere is recorded. */
export const withoutLibrary = async (pushmeter: Pushmeter) =>
  (await onExpress(pushmeter, () => async () => "")).own;

export async function withHonoPrometheus(
  pushmeter: Pushmeter,
  options: { readonly prefix?: string },
): Promise<Scraped> {
  const app = instrumentHono(pushmeter, new Hono(), { metrics: false });
  const registry = new Registry();
  const { registerMetrics } = prometheus({ ...options, registry });
  app.use("*", registerMetrics);
  app.get("/courses/:id", (c) => c.json({ id: Number(c.req.param("id")) }));
  app.post("/login", async (c) => c.body(null, (await c.req.text()) === "right" ? 204 : 401));
  app.get("/broken", (c) => c.body(null, 500));
  const server = await serve((request) => app.fetch(request));
  await send(server.url);
  server.close();
  return { own: await (await pushmeter.scrape()).text(), library: await registry.metrics() };
}
