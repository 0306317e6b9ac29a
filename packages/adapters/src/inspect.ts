/** How a wrapper around a framework's app finds out that the middleware in it cannot work. */

/** What a middleware has to say about the routes of the app that it is part of; undefined if all is well. */
export type Inspect = (routes: readonly Route[]) => Error | undefined;

/** A route of Hono's, as `app.routes` lists them in the order of their registration. */
export interface Route {
  readonly path: string;
  readonly method: string;
  readonly handler: ((...args: never[]) => unknown) & { readonly [INSPECT]?: Inspect };
}

/** In the global registry of symbols: wrapper and middleware may come from two copies of this package. */
export const INSPECT = Symbol.for("@pushmeter/adapters inspect");

/** @param app - anything; only an app with `routes` is inspected. */
export function inspect(app: object): Error | undefined {
  const { routes } = app as { readonly routes?: unknown };
  if (!Array.isArray(routes)) return undefined;
  for (const { handler } of routes as readonly Route[]) {
    const fault = handler?.[INSPECT]?.(routes as readonly Route[]);
    if (fault) return fault;
  }
  return undefined;
}
