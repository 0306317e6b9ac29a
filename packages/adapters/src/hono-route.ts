/** The pattern of the route that answered a request, as Hono matched it. */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { findTargetHandler, isMiddleware } from "hono/utils/handler";

type RouterRoute = ReturnType<typeof matchedRoutes>[number];

/** What a request of Hono's holds under a symbol: what its router returned. */
type Held = readonly [matched: readonly (readonly [readonly [handler: unknown, route: RouterRoute]])[]];

/**
 * Finds patterns for one middleware. Hono's `matchedRoutes` makes a new list of routes at each call, which takes time in
 * every request. The request holds the same routes under a symbol that Hono does not export. This class looks for that
 * symbol once, in the first request. If there is none, it calls `matchedRoutes` every time.
 */
export class HonoRoute {
  readonly #own: MiddlewareHandler;
  #symbol: symbol | undefined;
  #isSought = false;

  /** @param own - the middleware that asks. */
  constructor(own: MiddlewareHandler) {
    this.#own = own;
  }

  /**
   * The pattern of the route that answered, or would have answered if a middleware had not. Undefined if no route
   * matched: the deepest pattern that Hono executed is then this middleware's, or that of another middleware that passed
   * the request on until Hono answered 404.
   */
  of(c: Context, status: number): string | undefined {
    const executed = this.#executed(c);
    if (!executed) return undefined;
    const { path, method, handler } = executed;
    if (method !== "ALL") return path;
    const target = findTargetHandler(handler);
    if (!isMiddleware(target)) return path;
    const passed = matchedRoutes(c)
      .slice(c.req.routeIndex + 1)
      .find((each) => !isMiddleware(findTargetHandler(each.handler)));
    // Not a fallback for everything: a mounted app, which looks like a middleware, answers before it.
    if (passed && !(passed.path.endsWith("*") && passed.path.length <= path.length)) return passed.path;
    return target === this.#own || status === 404 ? undefined : path;
  }

  #executed(c: Context): RouterRoute | undefined {
    const { routeIndex } = c.req;
    if (!this.#isSought) {
      const [first] = matchedRoutes(c);
      if (!first) return undefined;
      this.#isSought = true;
      this.#symbol = symbolOf(c, first);
    }
    return (this.#symbol && held(c, this.#symbol, routeIndex)) ?? matchedRoutes(c)[routeIndex];
  }
}

/** The symbol under which the request holds routes, of which `first` is the first. */
function symbolOf(c: Context, first: RouterRoute): symbol | undefined {
  try {
    const symbols = Object.getOwnPropertySymbols(Object.getPrototypeOf(c.req));
    return symbols.find((symbol) => held(c, symbol, 0) === first);
  } catch {
    // What another release of Hono holds may be anything.
    return undefined;
  }
}

function held(c: Context, symbol: symbol, index: number): RouterRoute | undefined {
  const result = (c.req as unknown as Readonly<Record<symbol, Partial<Held> | undefined>>)[symbol];
  return result?.[0]?.[index]?.[0]?.[1];
}
