/** Entry points that are classes. */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, recorderOf } from "@pushmeter/sdk/adapter";
import { checkHttpOptions, type HttpOptions } from "../callbacks.ts";
import { measuredClass, type PlatformClass } from "./classes.ts";
import { isHandler } from "./context.ts";
import { handlersMeasure, TRIGGERS } from "./handlers.ts";
import { ownRequests } from "./own-requests.ts";
import { LINGER, linger } from "./queue.ts";
import { callsMeasure } from "./rpc.ts";

/** Handlers that are handed on. */
const UNMEASURED = new Set("tail trace tailStream test".split(" "));

/**
 * Measures a `WorkerEntrypoint`: each call by RPC (`rpc.server.call.duration`, with `rpc.method`), its own `fetch`
 * (`http.server.request.duration`, with `code.function.name` if the class has a name) and the handlers that `instrumentWorker` measures. Pushes in
 * `waitUntil`. The class is the same for its callers: results, errors, getters, private members and `instanceof`.
 *
 * @example
 * ```ts
 * export const Catalogue = instrumentEntrypoint(pushmeter, class Catalogue extends WorkerEntrypoint<Env> {
 *   title(id: string): string { return `Course ${id}`; }
 * });
 * ```
 * @throws TypeError if it is not a class, or an option is unusable.
 */
export function instrumentEntrypoint<Env, Class extends PlatformClass>(
  pushmeter: Pushmeter<Env>,
  Class: Class,
  options: HttpOptions<Env> = {},
): Class {
  const recorder = recorderOf(pushmeter);
  checkHttpOptions("instrumentEntrypoint", options);
  if (!isHandler(Class)) invalid("instrumentEntrypoint", Class, "a class that extends WorkerEntrypoint");
  const { name } = Class;
  const calls = callsMeasure(pushmeter, name);
  const handlers = handlersMeasure(pushmeter);
  const requests = ownRequests(recorder, options, name);
  return measuredClass(
    Class,
    (method, call, made) => {
      const { env, ctx } = made;
      if (method === "fetch") return requests(call, made);
      if (UNMEASURED.has(method)) return undefined;
      if (!Object.hasOwn(TRIGGERS, method)) return calls(method, call, made);
      const handler = handlers(method, call);
      return (event) => handler(event, env, ctx);
    },
    { [LINGER]: ({ env, ctx }) => linger(recorder, env, ctx) },
  );
}
