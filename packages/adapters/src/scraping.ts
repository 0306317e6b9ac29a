/** A server that answers scrapes of `/metrics` besides its requests. */
import type { Pushmeter } from "@pushmeter/sdk";
import { checkNames, checkText, invalid, type Platform, recorderOf } from "@pushmeter/sdk/adapter";
import { checkHttpOptions, type HttpOptions } from "./callbacks.ts";

/** The options of servers that answer scrapes. */
export interface ScrapeOptions {
  /**
   * The path that answers scrapes, before everything else and without being measured. False: none; call
   * `pushmeter.scrape()` where you want it. Default `/metrics`.
   */
  readonly metrics?: string | false | undefined;
}

/** The answer to a request that is a scrape, by its method and its URL or path; undefined for all others. */
export type Scrape = (method: string | undefined, url: string | undefined) => Promise<Response> | undefined;

/** @throws TypeError for an option of a fetch handler's server that is unknown or not a function. */
export function checkServerOptions(adapter: string, options: HttpOptions<never> & ScrapeOptions): void {
  checkNames(adapter, options, "route ignore attributes body metrics");
  const { metrics: _, ...callbacks } = options;
  checkHttpOptions(adapter, callbacks);
}

/** @throws TypeError unless `metrics` is false or a path. */
export function scrapes(
  adapter: string,
  pushmeter: Pushmeter,
  { metrics = "/metrics" }: ScrapeOptions,
): Scrape {
  if (metrics === false) return () => undefined;
  const accepted = "a path such as /metrics, or false";
  checkText(`${adapter} metrics`, metrics);
  if (!metrics.startsWith("/") || /[?#]/.test(metrics)) invalid(`${adapter} metrics`, metrics, accepted);
  const recorder = recorderOf(pushmeter);
  let isStarted = false;
  return (method = "", url = "") => {
    if (!isStarted) {
      // With the first request of all, so that the instance begins as one that is scraped.
      isStarted = true;
      const invocation = recorder.begin("http", scrapedPlatform, {});
      if (invocation) recorder.endIgnored(invocation, scrapedPlatform);
    }
    // Most URLs do not have the path in them.
    if (!url.includes(metrics) || !/^(GET|HEAD)$/.test(method) || pathOf(url) !== metrics) return undefined;
    return pushmeter.scrape();
  };
}

/** `/metrics` of `https://host/metrics?x` and of `/metrics?x`. */
function pathOf(url: string): string {
  return url.replace(/^\w+:\/\/[^/?#]*/, "").replace(/[?#].*/s, "");
}

/**
 * A long-lived process that is scraped: a timer pushes if there is a destination, and it is no mistake if there is
 * none.
 */
export function scrapedPlatform(): Platform {
  const { process } = globalThis as { process?: { env?: object } };
  return { env: { ...process?.env, PUSHMETER_SCRAPED: "true" } };
}
