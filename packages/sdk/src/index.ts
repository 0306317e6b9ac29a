/**
 * `@pushmeter/sdk`: records OpenTelemetry metrics and pushes them.
 * @module @pushmeter/sdk
 */
export type { Destination, Dropped, PushOptions, PushResult, WriteOptions } from "./destination.ts";
export type { FlushPolicy } from "./flush/flusher.ts";
export { PushError, type PushFailure } from "./http/error.ts";
export type { Details } from "./http/exchange.ts";
export type { Call, Reply, Send } from "./http/message.ts";
export { createPushmeter } from "./pushmeter.ts";
export type { Push, Pushmeter, PushmeterOptions } from "./pushmeter-types.ts";
export type { Names } from "./recording/instrument.ts";
export type { Runtime } from "./runtime.ts";
