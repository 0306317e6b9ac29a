/**
 * `@pushmeter/sdk/adapter`: what an adapter of a platform or a framework is built on,
 * and what a server or client beside it shares with the SDK.
 * @module @pushmeter/sdk/adapter
 */
export {
  type ChosenDestination,
  chosenDestination,
  type DestinationName,
  type Environment,
  environment,
} from "../environment.ts";
export { backoff } from "../http/backoff.ts";
export { inflate, Refusal, readBody } from "../http/body.ts";
export type { Auth, Basic, EndpointOptions, Signer } from "../http/endpoint.ts";
export { pathSecrets, redact } from "../http/redact.ts";
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
export { otlpOptions } from "../otlp/environment.ts";
export type { OtlpOptions } from "../otlp/index.ts";
export { withOutcome } from "../outcome.ts";
export { COLD_STARTS, DROPPED, INVOCATIONS, PUSHES, REQUESTS } from "../recording/names.ts";
export { type EndedRequest, requestAttributes } from "../request-attributes.ts";
export { inTime, type Runtime, sleep, systemRuntime } from "../runtime.ts";
export { type ScheduleClock, scheduleClock } from "../schedule-clock.ts";
export { type Collect, type Recorder, recorderOf } from "./recorder.ts";
