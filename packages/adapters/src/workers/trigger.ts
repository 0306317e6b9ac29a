/** Invocations by anything but an HTTP request, from their event to their end. */
import type { Attributes } from "@opentelemetry/api";
import type { Recorder, Trigger } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { type Context, platformOf } from "./context.ts";

/** Attribute of what the trigger does not tell apart: semantic conventions 1.44, "Code". */
export const FUNCTION = "code.function.name";

/**
 * Runs `handle` and records how it ended. Returns what it returns and throws what it throws.
 *
 * @param pushAtOnce - and not after the interval.
 * @param push - called instead of `ctx.waitUntil`, if something has to be pushed that no other invocation pushes.
 */
export async function measureTrigger(
  recorder: Recorder,
  trigger: Trigger,
  attributes: Attributes,
  env: unknown,
  ctx: Context,
  handle: () => unknown,
  pushAtOnce?: boolean,
  push?: ((ctx: Context) => void) | false,
): Promise<unknown> {
  let isDue = false;
  // The recorder asks for the platform only when something has to be pushed.
  const platform = () => {
    isDue = true;
    return platformOf(env, ctx, { pushAtOnce, adapterFlushes: !!push });
  };
  const invocation = recorder.begin(trigger, platform, {}, ctx);
  // The first invocation of an instance asks, too.
  isDue = false;
  let thrown: { error: unknown } | undefined;
  try {
    return await handle();
  } catch (error) {
    thrown = { error };
    throw error;
  } finally {
    if (invocation) {
      recorder.endFaas(invocation, trigger, { thrown }, platform, attributes);
      if (isDue && push) attempt(recorder, push, ctx);
    }
  }
}
