/** A Hono app of a long-lived server, with `/metrics`. */
import type { Pushmeter } from "@pushmeter/sdk";
import type { MiddlewareHandler } from "hono";
import type { HttpOptions } from "./callbacks.ts";
import { pushmeterMiddleware } from "./hono-middleware.ts";
import { checkServerOptions, type ScrapeOptions, scrapes } from "./scraping.ts";
import { activeRequests } from "./server-metrics.ts";
import { sizedBody } from "./sized-body.ts";

/** @typeParam Env - the environment that the pushmeter's `push` reads. */
export interface HonoServerOptions<Env = unknown> extends HttpOptions<Env>, ScrapeOptions {}

/** The part of a Hono app, with any types, that is used. */
export interface HonoApp {
  use(middleware: MiddlewareHandler): unknown;
}

/**
 * Measures a Hono app on a long-lived server and answers `/metrics`: durations with the routes' patterns, requests in
 * progress and sizes of bodies. Call it before the app's routes. The size of a response is that of its header
 * `content-length`, or counted with `body: wholeBody`. Where the pushmeter has a destination, a timer pushes besides.
 * On Workers, where each scrape would reach another instance, use `pushmeterMiddleware`.
 *
 * @example
 * ```ts
 * const app = instrumentHono(pushmeter, new Hono());
 * app.get("/courses/:id", (c) => c.json({ id: c.req.param("id") }));
 * ```
 * @returns the app.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function instrumentHono<App extends HonoApp, Env = never>(
  pushmeter: Pushmeter<Env>,
  app: App,
  options: HonoServerOptions<Env> = {},
): App {
  checkServerOptions("instrumentHono", options);
  const scrape = scrapes("instrumentHono", pushmeter, options);
  const { metrics: _, ...measured } = options;
  const count = activeRequests(pushmeter);
  app.use(async (c, next) => scrape(c.req.method, c.req.url) ?? next());
  app.use(
    pushmeterMiddleware(pushmeter, { ...measured, body: sizedBody(pushmeter, options as HttpOptions) }),
  );
  app.use(async (c, next) => {
    const request = c.req.raw;
    count(1, request);
    try {
      await next();
    } finally {
      count(-1, request);
    }
  });
  return app;
}
