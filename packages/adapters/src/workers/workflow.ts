/** Workflows. */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid, recorderOf, withOutcome } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { durations } from "../durations.ts";
import { withEnding } from "../ending.ts";
import { type Made, measuredClass, type PlatformClass } from "./classes.ts";
import { type Handler, isHandler, platformOf } from "./context.ts";
import { FUNCTION, measureTrigger } from "./trigger.ts";

/** The part of a step's context that is used. */
interface StepContext {
  /** 1 for the first one. */
  readonly attempt?: number;
}

/** What ends with the instance's memory, if it takes long: what was recorded is pushed before. */
const PAUSES = new Set<PropertyKey>(["sleep", "sleepUntil", "waitForEvent"]);

/**
 * Measures a `WorkflowEntrypoint`: each `run` that ends (`faas.invoke_duration`, with `code.function.name`) and each attempt
 * of a step (`pushmeter.workflow.step.duration`, with `workflow.step`; `workflow.retry` tells first attempts and
 * retries apart). A run that the platform resumes after a pause runs again and counts once, when it ends. Names of steps
 * become labels: keep them few.
 *
 * @throws TypeError if it is not a class.
 */
export function instrumentWorkflow<Env, Class extends PlatformClass>(
  pushmeter: Pushmeter<Env>,
  Class: Class,
): Class {
  const recorder = recorderOf(pushmeter);
  if (!isHandler(Class)) invalid("instrumentWorkflow", Class, "a class that extends WorkflowEntrypoint");
  const { name } = Class;
  const record = durations(pushmeter, "pushmeter.workflow.step.duration", "Duration of attempts of steps.");

  /** Runs one attempt of a step, or a pause, and has what was recorded pushed. */
  const during = (made: Made, pushAtOnce: boolean, run: () => unknown, step?: Attributes) => {
    const platform = () => platformOf(made.env, made.ctx, { pushAtOnce });
    const invocation = recorder.begin("other", platform, {});
    return withEnding(run, (ending) => {
      if (!invocation) return;
      if (step) attempt(recorder, record, invocation.startedAt, withOutcome(step, ending));
      recorder.endIgnored(invocation, platform);
    });
  };
  const measuredStep = (step: object, made: Made) =>
    new Proxy(step, {
      get(_, method) {
        // The platform's step is a stub: its methods are called as methods.
        const call = (...args: unknown[]) => (step as Record<PropertyKey, Handler>)[method]?.(...args);
        if (PAUSES.has(method)) {
          return (...args: unknown[]) => {
            void during(made, true, () => {});
            return call(...args);
          };
        }
        if (method !== "do") return Reflect.get(step, method) as unknown;
        return (stepName: string, ...args: unknown[]) => {
          const callback = args.findIndex(isHandler);
          const run = args[callback] as Handler;
          const measured = (context: StepContext, ...more: unknown[]) =>
            during(made, false, () => run(context, ...more), {
              "workflow.name": name,
              "workflow.step": stepName,
              "workflow.retry": (context?.attempt ?? 1) > 1,
            });
          return call(stepName, ...(callback < 0 ? args : args.with(callback, measured)));
        };
      },
    });

  return measuredClass(Class, (method, call, made) => {
    if (method !== "run") return undefined;
    const attributes = { [FUNCTION]: `${name}.run` };
    return (event, step) =>
      measureTrigger(recorder, "other", attributes, made.env, made.ctx, () =>
        call(event, measuredStep(step as object, made)),
      );
  });
}
