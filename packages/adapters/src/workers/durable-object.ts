/** Durable Objects. */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, recorderOf, type Trigger } from "@pushmeter/sdk/adapter";
import { checkHttpOptions, type HttpOptions } from "../callbacks.ts";
import { measuredClass, type PlatformClass } from "./classes.ts";
import { isHandler } from "./context.ts";
import { ownRequests } from "./own-requests.ts";
import { callsMeasure } from "./rpc.ts";
import { FUNCTION, measureTrigger } from "./trigger.ts";

/** Methods that the platform calls besides `fetch`, with their `faas.trigger`. */
const EVENTS: Readonly<Record<string, Trigger>> = {
  alarm: "timer",
  connect: "other",
  webSocketMessage: "other",
  webSocketClose: "other",
  webSocketError: "other",
};

/**
 * Measures a `DurableObject`: its `fetch` (`http.server.request.duration`), each call by RPC
 * (`rpc.server.call.duration`, with `rpc.method`), its alarms and the messages of hibernating WebSockets
 * (`faas.invoke_duration`), all but RPC with `code.function.name`. An alarm does not wait for a push. The class is the
 * same for its callers: results, errors, getters, private members and `instanceof`.
 *
 * @example
 * ```ts
 * export const Room = instrumentDurableObject(pushmeter, class Room extends DurableObject<Env> {
 *   join(name: string): number { return this.ctx.getWebSockets().length; }
 * });
 * ```
 * @throws TypeError if it is not a class, or an option is unusable.
 */
export function instrumentDurableObject<Env, Class extends PlatformClass>(
  pushmeter: Pushmeter<Env>,
  Class: Class,
  options: HttpOptions<Env> = {},
): Class {
  const recorder = recorderOf(pushmeter);
  checkHttpOptions("instrumentDurableObject", options);
  if (!isHandler(Class)) invalid("instrumentDurableObject", Class, "a class that extends DurableObject");
  const { name } = Class;
  const calls = callsMeasure(pushmeter, name);
  const requests = ownRequests(recorder, options, name);
  return measuredClass(Class, (method, call, made) => {
    if (method === "fetch") return requests(call, made);
    const trigger = Object.hasOwn(EVENTS, method) && EVENTS[method];
    if (!trigger) return calls(method, call, made);
    const attributes = { [FUNCTION]: `${name}.${method}` };
    return (...args) =>
      measureTrigger(recorder, trigger, attributes, made.env, made.ctx, () => call(...args));
  });
}
