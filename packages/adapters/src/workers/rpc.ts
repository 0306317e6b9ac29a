/** Calls of methods by RPC. Names, unit and buckets: OpenTelemetry semantic conventions 1.44, "RPC metrics". */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf, withOutcome } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { durations } from "../durations.ts";
import { withEnding } from "../ending.ts";
import type { Made } from "./classes.ts";
import { type Handler, platformOf } from "./context.ts";

/** Returns a function that measures the calls of a class's method. */
export function callsMeasure(
  pushmeter: Pushmeter,
  className: string,
): (method: string, call: Handler, made: Made) => Handler {
  const recorder = recorderOf(pushmeter);
  const duration = durations(pushmeter, "rpc.server.call.duration", "Duration of calls by RPC.");
  return (method, call, { ctx, env }) =>
    (...args) => {
      const platform = () => platformOf(env, ctx);
      const invocation = recorder.begin("other", platform, {});
      return withEnding(
        () => call(...args),
        (ending) => {
          if (!invocation) return;
          const attributes: Attributes = {
            "rpc.system.name": "workers_rpc",
            "rpc.method": className ? `${className}/${method}` : method,
          };
          attempt(recorder, duration, invocation.startedAt, withOutcome(attributes, ending));
          recorder.endIgnored(invocation, platform);
        },
      );
    };
}
