/**
 * `@pushmeter/sdk`: records OpenTelemetry metrics and pushes them.
 * @module @pushmeter/sdk
 */
export type { Destination, PushResult, WriteOptions } from "./destination.ts";
export type { FlushPolicy } from "./flush/flusher.ts";
export { PushError, type PushFailure } from "./http/error.ts";
export { createPushmeter } from "./pushmeter.ts";
export type { Push, Pushmeter, PushmeterOptions } from "./pushmeter-types.ts";
export type { Runtime } from "./runtime.ts";
