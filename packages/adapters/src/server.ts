/**
 * `@pushmeter/adapters/server`: a fetch handler of a long-lived server, as Deno and Bun have them, with `/metrics`.
 * @module @pushmeter/adapters/server
 */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, type Platform, recorderOf } from "@pushmeter/sdk/adapter";
import type { HttpOptions } from "./callbacks.ts";
import { measureHttp } from "./http.ts";
import { checkServerOptions, type ScrapeOptions, scrapedPlatform, scrapes } from "./scraping.ts";
import { activeRequests } from "./server-metrics.ts";
import { sizedBody } from "./sized-body.ts";

export { wholeBody } from "./body.ts";
export type { HttpOptions, PassBody } from "./callbacks.ts";
export type { ScrapeOptions } from "./scraping.ts";

/** @typeParam Env - the environment that the pushmeter's `push` reads. */
export interface ServerOptions<Env = unknown> extends HttpOptions<Env>, ScrapeOptions {}

/**
 * Measures a fetch handler of a long-lived server and answers `/metrics`: durations, requests in progress and sizes of
 * bodies. The size of a response is that of its header `content-length`, or counted with `body: wholeBody`. Where the
 * pushmeter has a destination, a timer pushes besides.
 *
 * @example
 * ```ts
 * Deno.serve(instrumentServer(pushmeter, (request) => new Response("hello"), { route: () => "/" }));
 * ```
 * @throws TypeError if `handler` is not a function, or an option is unusable.
 */
export function instrumentServer<Rest extends unknown[], Env = never>(
  pushmeter: Pushmeter<Env>,
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: ServerOptions<Env> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const recorder = recorderOf(pushmeter);
  checkServerOptions("instrumentServer", options);
  if (typeof handler !== "function") invalid("instrumentServer handler", handler, "a function");
  const scrape = scrapes("instrumentServer", pushmeter, options);
  const count = activeRequests(pushmeter);
  const measured = { ...options, body: sizedBody(pushmeter, options as HttpOptions) };
  // Once: `attributes` is handed the environment with each request, and to copy it takes longer than the rest.
  let made: Platform | undefined;
  const platform = () => {
    made ??= scrapedPlatform();
    return made;
  };

  return async (request, ...rest) => {
    const scraped = scrape(request.method, request.url);
    if (scraped) return scraped;
    return measureHttp(recorder, measured, request, platform, undefined, async () => {
      count(1, request);
      try {
        return await handler(request, ...rest);
      } finally {
        count(-1, request);
      }
    });
  };
}
