/**
 * `@pushmeter/adapters/measure`: any function that takes a message or does a job.
 * @module @pushmeter/adapters/measure
 */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import {
  checkFunction,
  checkNames,
  checkOneOf,
  checkText,
  type Ending,
  invalid,
  recorderOf,
  type Trigger,
} from "@pushmeter/sdk/adapter";
import { attempt } from "./callbacks.ts";

export type { Trigger } from "@pushmeter/sdk/adapter";

/** @typeParam Args - the function's parameters. */
export interface MeasureOptions<Args extends unknown[] = never[]> {
  /**
   * More attributes, or a function of the call's arguments that returns them, called when the call has ended. Keep their
   * values few: a subject that holds ids makes a series of each. Default: none.
   */
  readonly attributes?: Attributes | ((...args: Args) => Attributes | undefined) | undefined;
  /** `faas.trigger`: `pubsub` for messages, `timer` for cron scripts. Default `other`. */
  readonly trigger?: Trigger | undefined;
}

const TRIGGERS: readonly Trigger[] = ["http", "pubsub", "timer", "datasource", "other"];

/**
 * Measures the calls of a function in a long-lived process or a script: a broker's handler, a cron script, a batch job. Each
 * call is recorded as `faas.invoke_duration` with the function's name, its outcome and your attributes. The result is the
 * same function to those who call it: it takes the same arguments and `this`, returns what it returns, or a promise of that, and
 * throws what it throws. A promise is measured until it settles.
 *
 * A timer pushes while the process lives. Call `pushmeter.shutdown()` before it ends: that pushes what is left. In Workers
 * and on Lambda their adapters measure messages.
 *
 * @param name - becomes `code.function.name`.
 * @example
 * ```ts
 * const handle = measure(pushmeter, "enrol", async (message: Msg) => enrol(message.json()), {
 *   trigger: "pubsub",
 *   attributes: () => ({ "messaging.destination.name": "courses.enrolments" }),
 * });
 * for await (const message of connection.subscribe("courses.enrolments")) await handle(message);
 * ```
 * @throws TypeError if `fn` is not a function, the name is empty, or an option is unusable.
 */
export function measure<Fn extends (...args: never[]) => unknown>(
  pushmeter: Pushmeter,
  name: string,
  fn: Fn,
  options: MeasureOptions<Parameters<Fn>> = {},
): Fn {
  const recorder = recorderOf(pushmeter);
  checkText("measure name", name);
  if (typeof fn !== "function") invalid("measure fn", fn, "a function");
  checkNames("measure", options, "attributes trigger");
  const { attributes, trigger = "other" } = options;
  checkOneOf("measure trigger", trigger, TRIGGERS);
  if (typeof attributes !== "object") checkFunction("measure attributes", attributes);
  const platform = () => ({});

  // Name, length and properties of the function stay what they are.
  return new Proxy(fn, {
    apply(target, self, args: Parameters<Fn>) {
      const invocation = recorder.begin(trigger, platform, {});
      if (!invocation) return Reflect.apply(target, self, args);
      const end = (ending: Ending) => {
        const custom = typeof attributes === "function" ? attempt(recorder, attributes, ...args) : attributes;
        recorder.endFaas(invocation, trigger, ending, platform, { ...custom, "code.function.name": name });
      };
      const failed = (error: unknown): never => {
        end({ thrown: { error } });
        throw error;
      };
      const succeeded = <T>(value: T): T => {
        end({});
        return value;
      };
      let result: unknown;
      try {
        result = Reflect.apply(target, self, args);
      } catch (error) {
        return failed(error);
      }
      return result instanceof Promise ? result.then(succeeded, failed) : succeeded(result);
    },
  });
}
