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
import type { Made, PlatformClass } from "./workers/classes.ts";
import { isHandler, platformOf } from "./workers/context.ts";
import { type BoundHandler, handlersMeasure, TRIGGERS } from "./workers/handlers.ts";
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
 * @param handlers - an object of handlers, or anything with a `fetch`, such as a Hono app; or a class that extends
 * `WorkerEntrypoint`, which gives a class that extends it. Calls by RPC are measured by `instrumentEntrypoint` only.
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch, scheduled, queue });
 * ```
 * @throws TypeError if there is no handler to measure, or an option is unusable.
 */
export function instrumentWorker<Env, Class extends PlatformClass>(
  pushmeter: Pushmeter<Env>,
  handlers: Class,
  options?: HttpOptions<Env>,
): Class;
export function instrumentWorker<Env, Handlers extends WorkerHandlers<Env>>(
  pushmeter: Pushmeter<Env>,
  handlers: Handlers & OnlyHandlers<Handlers>,
  options?: HttpOptions<Env>,
): InstrumentedWorker<Handlers>;
export function instrumentWorker<Env>(
  pushmeter: Pushmeter<Env>,
  handlers: object,
  options: HttpOptions<Env> = {},
): unknown {
  const recorder = recorderOf(pushmeter);
  checkHttpOptions("instrumentWorker", options);
  const measureHandler = handlersMeasure(pushmeter);
  // Looked for with the first request, when all routes are registered.
  let fault: Error | undefined | null = null;
  const measured = (name: string, handle: BoundHandler): BoundHandler => {
    if (name === LINGER) return (_, env, ctx) => linger(recorder, env, ctx);
    if (name !== "fetch") return measureHandler(name, handle);
    return (request, env, ctx) => {
      if (fault === null) fault = attempt(recorder, inspect, handlers);
      if (fault) recorder.remind(fault);
      const answer = () => handle(request, env, ctx) as Promise<Response>;
      return measureHttp(recorder, options, request as Request, () => platformOf(env, ctx), ctx, answer);
    };
  };

  const isClass = isHandler(handlers) && handlers.prototype;
  const instrumented = isClass
    ? class extends (handlers as unknown as typeof Object) {}
    : boundCopy(handlers);
  const holder = (isClass ? instrumented.prototype : instrumented) as Record<string, unknown>;
  let isMeasured = false;
  for (const name of ["fetch", ...Object.keys(TRIGGERS), LINGER]) {
    const handle = holder[name === LINGER ? "queue" : name];
    if (!isHandler(handle)) continue;
    isMeasured = true;
    holder[name] = isClass
      ? // An instance was made with what the platform hands to an object's handler.
        function (this: Made, event: unknown) {
          return measured(name, () => handle.call(this, event))(event, this.env, this.ctx);
        }
      : measured(name, handle);
  }
  if (!isMeasured) {
    invalid("instrumentWorker handlers", handlers, "an object or class with fetch or another handler");
  }
  return instrumented;
}

/** An object with all that `target` holds: its functions bound to it, its other properties read and set there. */
function boundCopy(target: object): Record<PropertyKey, unknown> {
  const source = target as Record<PropertyKey, unknown>;
  const copy: Record<PropertyKey, unknown> = {};
  for (let holder = target; holder !== Object.prototype && holder; holder = Object.getPrototypeOf(holder)) {
    for (const name of Reflect.ownKeys(holder)) {
      if (name === "constructor" || Object.hasOwn(copy, name)) continue;
      const { value } = Object.getOwnPropertyDescriptor(holder, name) as PropertyDescriptor;
      if (isHandler(value)) copy[name] = value.bind(target);
      else {
        Object.defineProperty(copy, name, {
          enumerable: true,
          get: () => source[name],
          set: (value) => {
            source[name] = value;
          },
        });
      }
    }
  }
  return copy;
}
