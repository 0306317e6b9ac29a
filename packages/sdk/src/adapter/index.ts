/**
 * `@pushmeter/sdk/adapter`: what an adapter of a platform or a framework is built on.
 * @module @pushmeter/sdk/adapter
 */
export type {
  Ending,
  HttpRequest,
  Invocation,
  Outcome,
  Platform,
  Trigger,
} from "../invocation.ts";
export {
  checkFunction,
  checkMilliseconds,
  checkNames,
  checkObject,
  checkOneOf,
  checkText,
  invalid,
} from "../options.ts";
export { withOutcome } from "../outcome.ts";
export { requestAttributes } from "../request-attributes.ts";
export { type Runtime, systemRuntime } from "../runtime.ts";
export { type ScheduleClock, scheduleClock } from "../schedule-clock.ts";
export { type Recorder, recorderOf } from "./recorder.ts";
