/** An Express app, version 4 or 5. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid } from "@pushmeter/sdk/adapter";
import { exchanges } from "./exchange.ts";
import { routeOf } from "./express-route.ts";
import type { NodeOptions } from "./options.ts";

/** An Express app, with any types. */
export type ExpressApp = (request: never, response: never, ...rest: never) => unknown;

type Handle = (request: IncomingMessage, response: ServerResponse, ...rest: unknown[]) => unknown;

/**
 * Measures an Express app and answers `/metrics`, before all middlewares: durations to the end of the response with the
 * routes' patterns, those of mounted routers included, requests in progress and sizes of bodies. It may be called before or
 * after the app's routes. Where the pushmeter has a destination, a timer pushes besides.
 *
 * @example
 * ```ts
 * const app = instrumentExpress(pushmeter, express());
 * ```
 * @returns the app.
 * @throws TypeError if `app` is no Express app, or an option is unusable.
 */
export function instrumentExpress<App extends ExpressApp>(
  pushmeter: Pushmeter,
  app: App,
  options: NodeOptions = {},
): App {
  const { begin } = exchanges("instrumentExpress", pushmeter, options, routeOf);
  // Each request to an app, also to one that is mounted in another, is passed to this method.
  const own = app as unknown as { handle?: Handle };
  const { handle } = own;
  if (typeof handle !== "function") invalid("instrumentExpress app", app, "an Express app");
  own.handle = function (this: unknown, request, response, ...rest) {
    return begin(request, response) ? handle.call(this, request, response, ...rest) : undefined;
  };
  return app;
}
