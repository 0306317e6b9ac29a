import type { Attributes } from "@opentelemetry/api";
import { checkFunction, checkMilliseconds, checkNames } from "@pushmeter/sdk/adapter";

/** Options of `instrumentLambda`. What a callback throws is reported to `onError`. */
export interface LambdaOptions<Event = unknown, Result = unknown> {
  /** The route's pattern, e.g. `/courses/{id}`. Never return a raw path: each value becomes series. */
  route?(event: Event): string | undefined;
  /** True: the invocation is not measured. */
  ignore?(event: Event): boolean;
  /**
   * More attributes. Keep their values few: each instrument has at most 2,000 sets of attributes. `result` is
   * undefined if the handler threw or ran out of time.
   */
  attributes?(event: Event, result: Result | undefined): Attributes | undefined;
  /**
   * Push at most every so many ms, to spend less billed time: an invocation sooner after the last push leaves
   * its numbers to a later one, or to the environment's end. Default: after each invocation. On Managed
   * Instances the pushmeter's own `flush` counts instead.
   */
  readonly every?: number | undefined;
  /**
   * How long before the function's time-out everything else is pushed, ms; without an extension the invocation is
   * then recorded as `timeout`, too. Default 500, and never more than half of the function's time.
   */
  readonly timeoutMargin?: number | undefined;
}

/** @throws TypeError for an option that is unknown or unusable. */
export function checkLambdaOptions(options: LambdaOptions<never, never>): void {
  checkNames("instrumentLambda", options, "route ignore attributes every timeoutMargin");
  for (const name of ["route", "ignore", "attributes"] as const) {
    checkFunction(`instrumentLambda ${name}`, options[name]);
  }
  for (const name of ["every", "timeoutMargin"] as const) {
    if (options[name] !== undefined) checkMilliseconds(`instrumentLambda ${name}`, options[name]);
  }
}
