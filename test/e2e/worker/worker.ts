/** The Worker under test: a Hono app and handlers without a framework in one `instrumentWorker`. */
import { env } from "cloudflare:workers";
import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter, type Destination } from "@pushmeter/sdk";
import { createApp } from "./app.ts";
import type { Context, Env } from "./env.ts";
import { queue, raw, scheduled } from "./raw.ts";

export function createWorker(push: (env: Env) => Destination) {
  const errors: string[] = [];
  const pushmeter = createPushmeter<Env>({
    service: "courses",
    push,
    flush: env.FLUSH === "invocation" ? "invocation" : { every: Number(env.FLUSH) },
    onError: (error) => errors.push(String(error)),
  });
  const measured = env.MEASURED !== "false";
  const app = createApp(measured ? pushmeterMiddleware(pushmeter) : undefined);
  const handlers = {
    fetch(request: Request, bindings: Env, ctx: Context): Response | Promise<Response> {
      const { pathname } = new URL(request.url);
      return pathname.startsWith("/raw/") ? raw(request, ctx) : app.fetch(request, bindings, ctx);
    },
    scheduled,
    queue,
  };
  const worker = measured ? instrumentWorker(pushmeter, handlers) : handlers;
  return {
    ...worker,
    fetch(request: Request, bindings: Env, ctx: Context): Response | Promise<Response> {
      // What onError has heard, asked for behind pushmeter's back: asking starts no push.
      if (new URL(request.url).pathname === "/errors") return Response.json(errors);
      return worker.fetch(request, bindings, ctx);
    },
  };
}
