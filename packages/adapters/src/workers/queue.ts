/**
 * Pushes for a queue's consumer. The platform delivers the next batch when `waitUntil` of the last one has ended, so
 * a consumer leaves nothing in it that waits: it calls its own Worker, and that call lingers and pushes in its
 * own `waitUntil`, which holds no queue.
 */
import type { Pushmeter } from "@pushmeter/sdk";
import type { Recorder } from "@pushmeter/sdk/adapter";
import { type Context, platformOf } from "./context.ts";

/** A consumer's context. `exports` are the Worker's own, from compatibility date 2025-11-17 on. */
interface ConsumerContext extends Context {
  readonly exports: { readonly default: { readonly [LINGER]: (argument: null) => Promise<unknown> } };
}

/** The method of the default export that a consumer calls. */
export const LINGER = "pushmeterLinger";

/** Where a Worker cannot call itself: how long one push may hold the queue, ms. */
const LONGEST = 1_000;
/** And the pause after it, in times of what it took: together with the first push they stay below 3.4 % of a minute. */
const PAUSE = 60;

/** The method `LINGER`. */
export function linger(recorder: Recorder, env: unknown, ctx: Context): void {
  const platform = () => platformOf(env, ctx);
  const invocation = recorder.begin("pubsub", platform, {});
  if (invocation) recorder.endIgnored(invocation, platform);
}

/** Returns a function that has everything pushed that the instance recorded. */
export function consumerPush(pushmeter: Pushmeter): (ctx: Context) => void {
  let next = 0;
  const push = async (ctx: Context) => {
    try {
      await (ctx as ConsumerContext).exports.default[LINGER](null);
    } catch {
      const began = performance.now();
      if (began < next) return;
      // Until the push ends, as if it took longest: the invocation may be aborted.
      next = began + LONGEST * PAUSE;
      await pushmeter.flush({ timeout: LONGEST });
      next = performance.now() + PAUSE * (performance.now() - began);
    }
  };
  return (ctx) => ctx.waitUntil(push(ctx));
}
