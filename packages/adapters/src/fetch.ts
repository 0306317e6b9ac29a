/**
 * `@pushmeter/adapters/fetch`: any fetch handler, as Deno, Bun, Node, Vercel and others have them.
 * @module @pushmeter/adapters/fetch
 */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, type Platform, recorderOf } from "@pushmeter/sdk/adapter";
import { checkHttpOptions, type HttpOptions } from "./callbacks.ts";
import { measureHttp } from "./http.ts";

export { wholeBody } from "./body.ts";
export type { HttpOptions, PassBody } from "./callbacks.ts";

/**
 * Measures a fetch handler. Where the platform passes a context with `waitUntil` (as a further argument),
 * pushes ride on it; elsewhere the process counts as long-lived, and a background timer pushes. The callbacks'
 * `env` is the handler's own, where it has one before the context, else the process's environment variables.
 *
 * @example
 * ```ts
 * Deno.serve(instrumentFetch(pushmeter, (request) => new Response("hello"), { route: () => "/" }));
 * ```
 * @throws TypeError if `handler` is not a function, or an option is unusable.
 */
export function instrumentFetch<Rest extends unknown[], Env = never>(
  pushmeter: Pushmeter<Env>,
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: HttpOptions<Env> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const recorder = recorderOf(pushmeter);
  checkHttpOptions("instrumentFetch", options);
  if (typeof handler !== "function") invalid("instrumentFetch handler", handler, "a function");
  return (request, ...rest) => {
    const context = rest.find(hasWaitUntil);
    // Workers pass (request, env, context), all other platforms (request, context).
    const env = context && rest[0] !== context ? rest[0] : processEnvironment();
    const platform = (): Platform => ({
      env,
      waitUntil: context && ((promise) => context.waitUntil(promise)),
    });
    return measureHttp(recorder, options, request, platform, context, () => handler(request, ...rest));
  };
}

function hasWaitUntil(value: unknown): value is { waitUntil(promise: Promise<unknown>): void } {
  return typeof (value as { waitUntil?: unknown } | undefined)?.waitUntil === "function";
}

function processEnvironment(): unknown {
  return (globalThis as { process?: { env?: unknown } }).process?.env;
}
