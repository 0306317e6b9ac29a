/** A Fastify app. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pushmeter } from "@pushmeter/sdk";
import { exchanges } from "./exchange.ts";
import type { NodeOptions } from "./options.ts";

/** The part of a Fastify request that is used. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  /** No `url`: no route matched. */
  readonly routeOptions: { readonly url?: string | undefined };
}

/** The part of a Fastify reply that is used. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/** The part of a Fastify app that is used. */
export interface FastifyApp {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void,
  ): unknown;
  addHook(
    name: "onError",
    hook: (request: FastifyRequest, reply: FastifyReply, error: Error, done: () => void) => void,
  ): unknown;
}

/**
 * Measures a Fastify app and answers `/metrics`, before all other hooks: durations to the end of the response with the
 * routes' patterns, prefixes included, requests in progress and sizes of bodies. Call it before the app's plugins and
 * routes. Where the pushmeter has a destination, a timer pushes besides.
 *
 * @example
 * ```ts
 * const app = instrumentFastify(pushmeter, fastify());
 * ```
 * @returns the app.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function instrumentFastify<App extends FastifyApp>(
  pushmeter: Pushmeter,
  app: App,
  options: NodeOptions = {},
): App {
  const requests = new WeakMap<IncomingMessage, FastifyRequest>();
  const { begin, failed } = exchanges(
    "instrumentFastify",
    pushmeter,
    options,
    (raw) => requests.get(raw)?.routeOptions.url,
  );
  app.addHook("onRequest", (request, reply, done) => {
    requests.set(request.raw, request);
    if (begin(request.raw, reply.raw)) done();
    else reply.hijack();
  });
  app.addHook("onError", (request, _, error, done) => {
    failed(request.raw, error);
    done();
  });
  return app;
}
