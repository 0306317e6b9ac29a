/** The handlers of a Worker besides `fetch` that are measured, and as what. */
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf, type Trigger } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import type { Context } from "./context.ts";
import { consumerPush } from "./queue.ts";
import { FUNCTION, measureTrigger } from "./trigger.ts";

type Kind = readonly [trigger?: Trigger, attribute?: string, field?: string];

/**
 * By the handler's name: `faas.trigger`, a further attribute, and the event's field that is its value. Default: `other`
 * and `code.function.name`, which is the handler's name.
 */
export const TRIGGERS: Readonly<Record<string, Kind>> = {
  scheduled: ["timer", "faas.cron", "cron"],
  queue: ["pubsub", "messaging.destination.name", "queue"],
  email: [],
  connect: [],
};

/** A handler with its object bound to it. */
export type BoundHandler = (event: unknown, env: unknown, ctx: Context) => unknown;

/** Returns a function that makes of the handler of a name in `TRIGGERS` one that is measured. */
export function handlersMeasure(pushmeter: Pushmeter): (name: string, handle: BoundHandler) => BoundHandler {
  const recorder = recorderOf(pushmeter);
  const pushConsumed = consumerPush(pushmeter);
  return (name, handle) => {
    const [trigger = "other", attribute = FUNCTION, field] = TRIGGERS[name] as Kind;
    return (event, env, ctx) => {
      const attributes = { [attribute]: field ? (event as Record<string, string>)[field] : name };
      const handled = () => handle(event, env, ctx);
      const ended = measureTrigger(
        recorder,
        trigger,
        attributes,
        env,
        ctx,
        handled,
        name === "scheduled",
        name === "queue" && pushConsumed,
      );
      // Once a connection is closed, the platform waits for what was in `waitUntil` before, and for what is added to it.
      if (name === "connect") attempt(recorder, () => ctx.waitUntil(ended.catch(() => {})));
      return ended;
    };
  };
}
