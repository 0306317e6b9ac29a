/**
 * `@pushmeter/adapters/workers`: Cloudflare Workers.
 * @module @pushmeter/adapters/workers
 */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, recorderOf } from "@pushmeter/sdk/adapter";
import { attempt, checkHttpOptions, type HttpOptions } from "./callbacks.ts";
import { measureHttp } from "./http.ts";
import { inspect } from "./inspect.ts";
import type { InstrumentedWorker, OnlyHandlers, WorkerHandlers } from "./worker-handlers.ts";
import { type Context, isHandler, platformOf } from "./workers/context.ts";
import { handlersMeasure, TRIGGERS } from "./workers/handlers.ts";
import { LINGER, linger } from "./workers/queue.ts";

export { wholeBody } from "./body.ts";
export type { HttpOptions, PassBody } from "./callbacks.ts";
export type * from "./worker-handlers.ts";
export { countActive } from "./workers/active-requests.ts";
export { instrumentEnv } from "./workers/bindings.ts";
export { measureSizes } from "./workers/body-sizes.ts";
export type { PlatformClass } from "./workers/classes.ts";
export type { Context } from "./workers/context.ts";
export { instrumentDurableObject } from "./workers/durable-object.ts";
export { instrumentEntrypoint } from "./workers/entrypoint.ts";
export { type AnyFetch, instrumentedFetch } from "./workers/outgoing.ts";
export { type TailMeter, tailMeter } from "./workers/tail.ts";
export type { TailItem } from "./workers/tail-events.ts";
export type { StreamedEvent, StreamHandler } from "./workers/tail-stream.ts";
export { measureWebSockets } from "./workers/web-sockets.ts";
export { instrumentWorkflow } from "./workers/workflow.ts";

/**
 * Measures `fetch`, `scheduled`, `queue`, `email` and `connect`, and pushes in `waitUntil`. The handlers' results, errors and streams
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
  const instrumented = boundCopy(handlers);
  const measure = handlersMeasure(pushmeter);
  const { fetch, queue } = instrumented;
  let isMeasured = isHandler(fetch);
  for (const name in TRIGGERS) {
    const handle = instrumented[name];
    if (!isHandler(handle)) continue;
    isMeasured = true;
    instrumented[name] = measure(name, handle);
  }
  if (!isMeasured) {
    invalid(
      "instrumentWorker handlers",
      handlers,
      "an object with fetch, scheduled, queue, email or connect (for a class use instrumentEntrypoint)",
    );
  }
  if (isHandler(fetch)) {
    // Looked for with the first request, when all routes are registered.
    let fault: Error | undefined | null = null;
    instrumented.fetch = (request: Request, env: unknown, ctx: Context) => {
      if (fault === null) fault = attempt(recorder, inspect, handlers);
      if (fault) recorder.remind(fault);
      const handle = () => fetch(request, env, ctx) as Promise<Response>;
      return measureHttp(recorder, options, request, () => platformOf(env, ctx), ctx, handle);
    };
  }
  if (queue) instrumented[LINGER] = (_: null, env: unknown, ctx: Context) => linger(recorder, env, ctx);
  return instrumented as InstrumentedWorker<Handlers>;
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
