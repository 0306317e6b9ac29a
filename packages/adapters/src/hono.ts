/**
 * `@pushmeter/adapters/hono`: one Hono middleware, on every runtime that Hono runs on.
 * @module @pushmeter/adapters/hono
 */
import type { Platform, Pushmeter } from "@pushmeter/sdk";
import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { findTargetHandler, isMiddleware } from "hono/utils/handler";
import { attempt, checkHttpOptions, type HttpOptions } from "./callbacks.ts";

export type { HttpOptions } from "./callbacks.ts";

/**
 * Measures every request that passes through, with the route's pattern as Hono matched it, sub-apps and base
 * paths included. Inside `instrumentWorker`, `instrumentFetch` or `instrumentLambda` it only adds the route: nothing counts twice.
 *
 * @example
 * ```ts
 * app.use(pushmeterMiddleware(pushmeter));
 * ```
 * @throws TypeError for an option that is unknown or unusable.
 */
export function pushmeterMiddleware(
  pushmeter: Pushmeter,
  options: HttpOptions<never> = {},
): MiddlewareHandler {
  checkHttpOptions("pushmeterMiddleware", options);
  const { route, ignore, attributes } = options as HttpOptions;
  // Where there is no execution context, asking for it throws: once is enough.
  let hasContext = true;

  const middleware: MiddlewareHandler = createMiddleware(async (c, next) => {
    const request = c.req.raw;
    const context = hasContext ? contextOf(c) : undefined;
    hasContext = context !== undefined;
    // On Lambda Hono's adapter makes a request of its own and hands over the context that it was given.
    const lambda: unknown = c.env?.lambdaContext;
    const outer =
      pushmeter.current(request) ??
      (context && pushmeter.current(context)) ??
      (isObject(lambda) ? pushmeter.current(lambda) : undefined);
    const platform = (): Platform => platformOf(c);
    const invocation = outer ?? pushmeter.begin("http", platform, request);
    if (!invocation) return next();

    try {
      await next();
      // Hono answers for thrown Errors; the error stays with the context.
      if (c.error) invocation.thrown = { error: c.error };
    } catch (error) {
      // Anything else that was thrown passes through, with a status that nobody set.
      invocation.thrown = { error };
      throw error;
    } finally {
      const answered = c.finalized && !(invocation.thrown && c.error === undefined);
      const status = answered ? c.res.status : 500;
      invocation.route = (route && attempt(pushmeter, route, request)) ?? routeOf(c, middleware, status);
      if (outer) {
        // The outer wrapper sees the response that is really sent.
      } else if (ignore && attempt(pushmeter, ignore, request)) {
        pushmeter.endIgnored(invocation, platform);
      } else {
        const response = answered ? c.res : undefined;
        const custom = attributes && attempt(pushmeter, attributes, request, response, c.env);
        pushmeter.endHttp(invocation, request, { status }, platform, custom);
      }
    }
  });
  return middleware;
}

/**
 * The deepest pattern that Hono executed. Undefined if no route matched: then it is this middleware's own, or
 * that of another middleware that passed the request on until Hono answered 404.
 */
function routeOf(c: Context, own: MiddlewareHandler, status: number): string | undefined {
  const route = matchedRoutes(c)[c.req.routeIndex];
  if (!route) return undefined;
  const handler = findTargetHandler(route.handler);
  if (handler === own || (status === 404 && route.method === "ALL" && isMiddleware(handler)))
    return undefined;
  return route.path;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function platformOf(c: Context): Platform {
  const context = contextOf(c);
  return { env: c.env, waitUntil: context && ((promise) => context.waitUntil(promise)) };
}

function contextOf(c: Context): { waitUntil(promise: Promise<unknown>): void } | undefined {
  try {
    return c.executionCtx;
  } catch {
    // Hono has no other way to say that there is none.
    return undefined;
  }
}
