/** One Hono middleware, on every runtime that Hono runs on. */
import type { Pushmeter } from "@pushmeter/sdk";
import { type Ending, type Invocation, type Platform, recorderOf } from "@pushmeter/sdk/adapter";
import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { findTargetHandler, isMiddleware } from "hono/utils/handler";
import { attempt, checkHttpOptions, type HttpOptions, type PassBody } from "./callbacks.ts";
import { HonoRoute } from "./hono-route.ts";
import { INSPECT, type Inspect, type Route } from "./inspect.ts";

/**
 * Measures every request that passes through, with the route's pattern as Hono matched it, sub-apps and base
 * paths included. Inside `instrumentWorker`, `instrumentFetch` or `instrumentLambda` it only adds the route: nothing
 * counts twice. Register it before the routes: Hono does not run it for routes that are registered earlier, which
 * `instrumentWorker` reports.
 *
 * @example
 * ```ts
 * app.use(pushmeterMiddleware(pushmeter));
 * ```
 * @throws TypeError for an option that is unknown or unusable.
 */
export function pushmeterMiddleware<Env>(
  pushmeter: Pushmeter<Env>,
  options: HttpOptions<Env> = {},
): MiddlewareHandler {
  const recorder = recorderOf(pushmeter);
  checkHttpOptions("pushmeterMiddleware", options);
  // Hono hands over the environment that the options are typed with.
  const { route, ignore, attributes, body } = options as HttpOptions;
  // Without an execution context Hono throws when asked for it: ask once.
  let hasContext = true;

  const middleware: MiddlewareHandler = createMiddleware(async (c, next) => {
    const request = c.req.raw;
    const context = hasContext ? contextOf(c) : undefined;
    hasContext = context !== undefined;
    // On Lambda Hono's adapter makes a new request and passes the Lambda context on.
    const lambda: unknown = c.env?.lambdaContext;
    const outer =
      recorder.current(request) ??
      (context && recorder.current(context)) ??
      (isObject(lambda) ? recorder.current(lambda) : undefined);
    const platform = platformOf(c);
    const invocation = outer ?? recorder.begin("http", platform, request);
    if (!invocation) return next();

    try {
      await next();
      // Hono answers for thrown Errors; the error stays with the context.
      if (c.error) invocation.thrown = { error: c.error };
    } catch (error) {
      // Other thrown values pass through Hono, and the status stays at its default.
      invocation.thrown = { error };
      throw error;
    } finally {
      const answered = c.finalized && !(invocation.thrown && c.error === undefined);
      const status = answered ? c.res.status : 500;
      invocation.route = (route && attempt(recorder, route, request)) ?? matched.of(c, status);
      // The outer wrapper, if there is one, records: it sees the response that is really sent.
      if (!outer && !(body && answered && passBody(c, body, invocation, platform))) {
        end(c, invocation, platform, { status }, answered);
      }
    }
  });

  const matched = new HonoRoute(middleware);

  // Apart from the middleware, whose variables a closure in it would make slower for every request.
  function passBody(c: Context, body: PassBody, invocation: Invocation, platform: () => Platform): boolean {
    const ended = (ending: Ending) => end(c, invocation, platform, ending, true);
    const passed = body(recorder, c.res, platform, ended, c.req.raw);
    if (passed) c.res = passed;
    return passed !== undefined;
  }

  function end(
    c: Context,
    invocation: Invocation,
    platform: () => Platform,
    ending: Ending,
    answered: boolean,
  ): void {
    const request = c.req.raw;
    if (ignore && attempt(recorder, ignore, request)) {
      recorder.endIgnored(invocation, platform);
      return;
    }
    const custom = attributes && attempt(recorder, attributes, request, answered ? c.res : undefined, c.env);
    recorder.endHttp(invocation, request, ending, platform, custom);
  }

  const inspected: Inspect = (routes) =>
    isBehindAll(routes, middleware) ? new TypeError(TOO_LATE) : undefined;
  return Object.assign(middleware, { [INSPECT]: inspected });
}

const TOO_LATE =
  "pushmeter: pushmeterMiddleware is registered after the routes, and Hono does not run it for them: " +
  "call app.use(pushmeterMiddleware(pushmeter)) before app.get and the like";

/** Whether there are routes, and all that the middleware is registered for are registered before it. */
function isBehindAll(routes: readonly Route[], own: MiddlewareHandler): boolean {
  const position = routes.findIndex(({ handler }) => findTargetHandler(handler as MiddlewareHandler) === own);
  const prefix = routes[position]?.path.replace(/\*$/, "") ?? "";
  const isCovered = ({ path, handler }: Route) =>
    path.startsWith(prefix) && !isMiddleware(findTargetHandler(handler as MiddlewareHandler));
  return routes.slice(0, position).some(isCovered) && !routes.slice(position).some(isCovered);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function platformOf(c: Context): () => Platform {
  return () => {
    const context = contextOf(c);
    return { env: c.env, waitUntil: context && ((promise) => context.waitUntil(promise)) };
  };
}

function contextOf(c: Context): { waitUntil(promise: Promise<unknown>): void } | undefined {
  try {
    return c.executionCtx;
  } catch {
    // Hono's way to say that there is no execution context.
    return undefined;
  }
}
