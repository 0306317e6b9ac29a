/**
 * The pattern of the route that Express matched. A request knows its route, but of the routers in which that is mounted
 * only the raw path: their patterns are read from the tree of routers.
 */
import type { IncomingMessage } from "node:http";

interface Route {
  readonly path: string | RegExp | readonly (string | RegExp)[];
}

/** A route or a middleware of a router. Express 4 matches into `path` and `params`; 5 may return them. */
interface Layer {
  readonly route?: Route | undefined;
  readonly handle?: { readonly stack?: readonly Layer[] } | undefined;
  /** As it was given, from Express 5.3 on. */
  readonly rawPath?: unknown;
  readonly path?: string;
  readonly params?: Match["params"];
  match(path: string): Match | boolean;
}

interface Match {
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface App {
  /** Express 4. */
  readonly _router?: { readonly stack: readonly Layer[] };
  /** Express 5; in 4 it throws. */
  readonly router?: { readonly stack: readonly Layer[] };
  /** As it was given to the app in which this one is mounted. */
  readonly mountpath?: string | readonly string[];
  readonly parent?: App;
}

type Matched = IncomingMessage & {
  readonly route?: Route;
  readonly app?: App;
  readonly originalUrl?: string;
};

/** Of routes that are mounted in one place only. */
const KNOWN = new WeakMap<Route, string>();

/** Undefined if no route matched. */
export function routeOf(request: IncomingMessage): string | undefined {
  const { route, app, originalUrl = "" } = request as Matched;
  if (!route) return undefined;
  const known = KNOWN.get(route);
  if (known) return known;
  const own = String(route.path);
  if (!app) return own;
  const mounts = mountsOf(app);
  const path = (originalUrl.split("?")[0] ?? "").split("/").slice(mounts.split("/").length).join("/");
  const chains = chainsTo((app._router ?? app.router)?.stack ?? [], route);
  for (const chain of chains) {
    const prefix = prefixOf(chain, `/${path}`);
    if (prefix === undefined) continue;
    const pattern = (mounts + prefix + (own === "/" ? "" : own)).replace(/\/+/g, "/") || "/";
    if (chains.length === 1) KNOWN.set(route, pattern);
    return pattern;
  }
  return own;
}

/** The paths at which an app and the apps around it are mounted. */
function mountsOf({ parent, mountpath = "" }: App): string {
  return parent ? mountsOf(parent) + String(mountpath).replace(/\/$/, "") : "";
}

/** The layers of routers that lead to the route, for each place where it is. */
function chainsTo(stack: readonly Layer[], route: Route): (readonly Layer[])[] {
  return stack.flatMap((layer) => {
    if (layer.route === route) return [[]];
    return chainsTo(layer.handle?.stack ?? [], route).map((chain) => [layer, ...chain]);
  });
}

/** The patterns of the layers, if they match the path one after the other. */
function prefixOf(layers: readonly Layer[], path: string): string | undefined {
  let prefix = "";
  let rest = path;
  for (const layer of layers) {
    const found = layer.match(rest);
    if (!found) return undefined;
    const { path = "", params = {} } = found === true ? layer : found;
    rest = rest.slice(path.length) || "/";
    if (!rest.startsWith("/")) rest = `/${rest}`;
    prefix += (typeof layer.rawPath === "string" ? layer.rawPath : withNames(path, params)).replace(
      /\/$/,
      "",
    );
  }
  return prefix;
}

/** `/users/42` with `{ id: "42" }` is `/users/:id`. */
function withNames(path: string, params: Match["params"]): string {
  const left = new Map(Object.entries(params));
  return path.replace(/[^/]+/g, (segment) => {
    for (const [name, value] of left) {
      if (value !== segment && value !== decoded(segment)) continue;
      left.delete(name);
      return `:${name}`;
    }
    return segment;
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoded as it should be: Express answers 400 before any route.
    return segment;
  }
}
