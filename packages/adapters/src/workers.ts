/**
 * `@pushmeter/adapters/workers`: Cloudflare Workers.
 * @module @pushmeter/adapters/workers
 */
import type { Attributes } from "@opentelemetry/api";
import { invalid, type Platform, type Pushmeter, type Trigger } from "@pushmeter/sdk";
import { checkHttpOptions, type HttpOptions } from "./callbacks.ts";
import { measureHttp } from "./http.ts";

export type { HttpOptions } from "./callbacks.ts";

/** The part of a Worker's execution context that is used. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

// The parameters of a user's handlers are his own; only what they are called with matters here.
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would refuse every handler that names its parameters' types.
export type Handler = (...args: any[]) => unknown;

/** A Worker's default export: an object of handlers, or anything with a `fetch`, such as a Hono app. */
export interface WorkerHandlers {
  readonly fetch?: Handler | undefined;
  readonly scheduled?: Handler | undefined;
  readonly queue?: Handler | undefined;
}

/** Handlers that are passed on as they are. */
const OTHERS = ["email", "tail", "tailStream", "trace", "test"] as const;

/**
 * Measures `fetch`, `scheduled` and `queue` and pushes in `waitUntil`. The handlers' results, errors and
 * streams pass through unchanged; other handlers are handed on.
 *
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch, scheduled, queue });
 * ```
 * @throws TypeError if there is no handler to measure, or an option is unusable.
 */
export function instrumentWorker<Handlers extends WorkerHandlers>(
  pushmeter: Pushmeter,
  handlers: Handlers,
  options: HttpOptions<never> = {},
): Handlers {
  checkHttpOptions("instrumentWorker", options);
  const { fetch, scheduled, queue } = handlers ?? {};
  if (!fetch && !scheduled && !queue) {
    invalid("instrumentWorker handlers", handlers, "an object with fetch, scheduled or queue");
  }
  const wrapped: Record<string, Handler> = {};
  for (const name of OTHERS) {
    const handler = (handlers as Record<string, unknown>)[name];
    if (typeof handler === "function") wrapped[name] = handler.bind(handlers);
  }
  if (fetch) {
    wrapped.fetch = (request: Request, env: unknown, ctx: Context) =>
      measureHttp(
        pushmeter,
        options,
        request,
        platformOf(env, ctx),
        ctx,
        () => fetch.call(handlers, request, env, ctx) as Promise<Response>,
      );
  }
  if (scheduled) {
    wrapped.scheduled = measureTrigger(
      pushmeter,
      "timer",
      scheduled.bind(handlers),
      ({ cron }: { cron: string }) => ({
        "faas.cron": cron,
      }),
    );
  }
  if (queue) {
    wrapped.queue = measureTrigger(
      pushmeter,
      "pubsub",
      queue.bind(handlers),
      ({ queue }: { queue: string }) => ({
        "messaging.destination.name": queue,
      }),
    );
  }
  // Each handler has the parameters of the one that it wraps.
  return wrapped as WorkerHandlers as Handlers;
}

function measureTrigger<Event extends object>(
  pushmeter: Pushmeter,
  trigger: Trigger,
  handle: Handler,
  attributesOf: (event: Event) => Attributes,
): Handler {
  return async (event: Event, env: unknown, ctx: Context) => {
    // A queue's next batch waits for the end of waitUntil, as does a cron event's result.
    const platform = platformOf(env, ctx, true);
    const invocation = pushmeter.begin(trigger, platform, event, ctx);
    let thrown: { error: unknown } | undefined;
    try {
      return await handle(event, env, ctx);
    } catch (error) {
      thrown = { error };
      throw error;
    } finally {
      if (invocation) pushmeter.endFaas(invocation, trigger, { thrown }, platform, attributesOf(event));
    }
  };
}

function platformOf(env: unknown, ctx: Context, hurry = false): () => Platform {
  // Called on the context: waitUntil is an illegal invocation without it.
  return () => ({ env, waitUntil: (promise) => ctx.waitUntil(promise), hurry });
}
