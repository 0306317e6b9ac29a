export type { Destination, PushResult, WriteOptions } from "./destination.ts";
export type { FlushPolicy } from "./flush/flusher.ts";
export { PushError, type PushFailure } from "./http/error.ts";
export type { Ending, Invocation, Outcome, Platform, Trigger } from "./invocation.ts";
/** For adapters: the checks of options, with one kind of message. */
export { checkFunction, checkNames, invalid } from "./options.ts";
export { createPushmeter } from "./pushmeter.ts";
export type { Pushmeter, PushmeterOptions } from "./pushmeter-types.ts";
export type { Runtime } from "./runtime.ts";
