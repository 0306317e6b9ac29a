/**
 * `@pushmeter/adapters/hono`: one Hono middleware, on every runtime that Hono runs on.
 * @module @pushmeter/adapters/hono
 */
export { wholeBody } from "./body.ts";
export type { HttpOptions, PassBody } from "./callbacks.ts";
export { pushmeterMiddleware } from "./hono-middleware.ts";
export { type HonoApp, type HonoServerOptions, instrumentHono } from "./hono-server.ts";
export type { ScrapeOptions } from "./scraping.ts";
