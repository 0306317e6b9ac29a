/**
 * `@pushmeter/adapters/fetch`: any fetch handler, as Deno, Bun, Node, Vercel and others have them.
 * @module @pushmeter/adapters/fetch
 */
import type { Platform, Pushmeter } from "@pushmeter/sdk";
import { checkHttpOptions, type HttpOptions } from "./callbacks.ts";
import { measureHttp } from "./http.ts";

export type { HttpOptions } from "./callbacks.ts";

/**
 * Measures a fetch handler. Where the platform hands over a context with `waitUntil` (as a further argument),
 * pushes ride on it; elsewhere the process counts as long-lived, and a background timer pushes.
 *
 * @example
 * ```ts
 * Deno.serve(instrumentFetch(pushmeter, (request) => new Response("hello"), { route: () => "/" }));
 * ```
 * @throws TypeError if `handler` is no function, or an option is unusable.
 */
export function instrumentFetch<Rest extends unknown[]>(
  pushmeter: Pushmeter,
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: HttpOptions<never> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  checkHttpOptions("instrumentFetch", options);
  if (typeof handler !== "function") {
    throw new TypeError(`pushmeter: instrumentFetch needs a function, got ${typeof handler}`);
  }
  return (request, ...rest) => {
    const context = rest.find(hasWaitUntil);
    // Workers hand over (request, env, context), everybody else (request, context).
    const env = context && rest[0] !== context ? rest[0] : undefined;
    const platform = (): Platform => ({
      env,
      waitUntil: context && ((promise) => context.waitUntil(promise)),
    });
    return measureHttp(pushmeter, options, request, platform, context, () => handler(request, ...rest));
  };
}

function hasWaitUntil(value: unknown): value is { waitUntil(promise: Promise<unknown>): void } {
  return typeof (value as { waitUntil?: unknown } | undefined)?.waitUntil === "function";
}
