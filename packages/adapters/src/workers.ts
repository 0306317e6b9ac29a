/**
 * `@pushmeter/adapters/workers`: Cloudflare Workers.
 * @module @pushmeter/adapters/workers
 */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, type Platform, type Recorder, recorderOf, type Trigger } from "@pushmeter/sdk/adapter";
import { attempt, checkHttpOptions, type HttpOptions } from "./callbacks.ts";
import { measureHttp } from "./http.ts";
import { inspect } from "./inspect.ts";
import type { InstrumentedWorker, OnlyHandlers, WorkerHandlers } from "./worker-handlers.ts";

export type { HttpOptions } from "./callbacks.ts";
export type * from "./worker-handlers.ts";

/** The part of a Worker's execution context that is used. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/**
 * Measures `fetch`, `scheduled` and `queue` and pushes in `waitUntil`. The handlers' results, errors and streams
 * pass through unchanged. Everything else that `handlers` holds is there too, its functions bound to it.
 *
 * @param handlers - an object of handlers, or anything with a `fetch`, such as a Hono app.
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch, scheduled, queue });
 * ```
 * @throws TypeError if there is no handler to measure, or an option is unusable.
 */
export function instrumentWorker<Env, Handlers extends WorkerHandlers<Env>>(
  pushmeter: Pushmeter<Env>,
  handlers: Handlers & OnlyHandlers<Handlers>,
  options: HttpOptions<Env> = {},
): InstrumentedWorker<Handlers> {
  const recorder = recorderOf(pushmeter);
  checkHttpOptions("instrumentWorker", options);
  const { fetch, scheduled, queue } = (handlers ?? {}) as Readonly<Record<string, unknown>>;
  if (!isHandler(fetch) && !isHandler(scheduled) && !isHandler(queue)) {
    invalid("instrumentWorker handlers", handlers, "an object with fetch, scheduled or queue");
  }
  const instrumented = boundCopy(handlers);
  if (isHandler(fetch)) {
    // Looked for with the first request, when all routes are registered.
    let fault: Error | undefined | null = null;
    instrumented.fetch = (request: Request, env: unknown, ctx: Context) => {
      if (fault === null) fault = attempt(recorder, inspect, handlers);
      if (fault) recorder.remind(fault);
      const handle = () => fetch.call(handlers, request, env, ctx) as Promise<Response>;
      return measureHttp(recorder, options, request, platformOf(env, ctx), ctx, handle);
    };
  }
  if (isHandler(scheduled)) {
    const attributes = ({ cron }: { cron: string }) => ({ "faas.cron": cron });
    instrumented.scheduled = measureTrigger(recorder, "timer", scheduled.bind(handlers), attributes);
  }
  if (isHandler(queue)) {
    const attributes = ({ queue }: { queue: string }) => ({ "messaging.destination.name": queue });
    instrumented.queue = measureTrigger(recorder, "pubsub", queue.bind(handlers), attributes);
  }
  return instrumented as InstrumentedWorker<Handlers>;
}

type Handler = (...args: unknown[]) => unknown;

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

/** An object with all that `target` holds: its functions bound to it, its other properties read and set there. */
function boundCopy(target: object): Record<PropertyKey, unknown> {
  const copy = {};
  for (let holder = target; holder !== Object.prototype && holder; holder = Object.getPrototypeOf(holder)) {
    for (const name of Reflect.ownKeys(holder)) {
      if (name === "constructor" || Object.hasOwn(copy, name)) continue;
      const { value } = Object.getOwnPropertyDescriptor(holder, name) as PropertyDescriptor;
      const property = isHandler(value)
        ? { value: value.bind(target), writable: true }
        : {
            get: () => Reflect.get(target, name) as unknown,
            set: (value: unknown) => void Reflect.set(target, name, value),
          };
      Object.defineProperty(copy, name, { ...property, enumerable: true });
    }
  }
  return copy;
}

function measureTrigger<Event extends object>(
  recorder: Recorder,
  trigger: Trigger,
  handle: (event: Event, env: unknown, ctx: Context) => unknown,
  attributesOf: (event: Event) => Attributes,
): (event: Event, env: unknown, ctx: Context) => Promise<unknown> {
  return async (event, env, ctx) => {
    // A queue's next batch waits for the end of waitUntil, as does a cron event's result.
    const platform = platformOf(env, ctx, true);
    const invocation = recorder.begin(trigger, platform, event, ctx);
    let thrown: { error: unknown } | undefined;
    try {
      return await handle(event, env, ctx);
    } catch (error) {
      thrown = { error };
      throw error;
    } finally {
      if (invocation) recorder.endFaas(invocation, trigger, { thrown }, platform, attributesOf(event));
    }
  };
}

function platformOf(env: unknown, ctx: Context, pushAtOnce = false): () => Platform {
  // Called as a method: without its context waitUntil throws "Illegal invocation".
  return () => ({ env, waitUntil: (promise) => ctx.waitUntil(promise), pushAtOnce });
}
