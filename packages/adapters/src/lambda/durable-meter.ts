/** A plugin for AWS's durable execution SDK, which calls it from version 2 on. */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf, withOutcome } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { durations } from "../durations.ts";
import { withEnding } from "../ending.ts";

/** An attempt of a step, or of a condition that is waited for: the part that is used. */
export interface DurableAttempt {
  readonly name?: string;
  /** 1 for the first one. */
  readonly attempt: number;
}

/** How an invocation of an execution ended: the part that is used. */
export interface DurableInvocationEnd {
  readonly status: string;
  readonly executionStartTimestamp?: Date;
  readonly executionError?: Error;
}

/** What `durableMeter` returns: a `DurableInstrumentationPlugin` of the SDK. */
export interface DurableMeter {
  wrapOperationAttemptFn(info: DurableAttempt, run: () => unknown): Promise<unknown>;
  onInvocationEnd(info: DurableInvocationEnd): Promise<void>;
}

/** Of executions, which last up to a year: a second to a month, in seconds. */
const BOUNDS = [1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000];

/**
 * A plugin for `withDurableExecution`. Measures each attempt of a step (`pushmeter.workflow.step.duration`, with
 * `workflow.step`; `workflow.retry` says whether it is a retry) and each execution that ends
 * (`pushmeter.workflow.duration`, from its start and with its pauses). A step that a later invocation replays does not run
 * again and counts once. Names of steps become labels: keep them few.
 *
 * @example
 * ```ts
 * const execution = withDurableExecution(enrol, { plugins: [durableMeter(pushmeter)] });
 * export const handler = instrumentLambda(pushmeter, execution);
 * ```
 */
export function durableMeter(pushmeter: Pushmeter): DurableMeter {
  const recorder = recorderOf(pushmeter);
  const workflow = () => ({ "workflow.name": process.env.AWS_LAMBDA_FUNCTION_NAME });
  const step = durations(pushmeter, "pushmeter.workflow.step.duration", "Duration of attempts of steps.");
  const execution = durations(
    pushmeter,
    "pushmeter.workflow.duration",
    "From the start of an execution to its end.",
    BOUNDS,
  );
  return {
    wrapOperationAttemptFn(info, run) {
      const startedAt = recorder.now();
      return withEnding(run, (ending) =>
        attempt(recorder, () => {
          const attributes: Attributes = {
            ...workflow(),
            "workflow.step": info.name,
            "workflow.retry": info.attempt > 1,
          };
          step(startedAt, withOutcome(attributes, ending));
        }),
      );
    },
    async onInvocationEnd({ status, executionStartTimestamp, executionError }) {
      if (!executionStartTimestamp || (status !== "SUCCEEDED" && status !== "FAILED")) return;
      attempt(recorder, () => {
        const age = Date.now() - executionStartTimestamp.getTime();
        const ending = status === "FAILED" ? { thrown: { error: executionError } } : {};
        execution(recorder.now() - Math.max(age, 0), withOutcome(workflow(), ending));
      });
    },
  };
}
