export type { Destination, PushResult } from "./destination.ts";
export type { FlushPolicy } from "./flush/flusher.ts";
export { PushError, type PushFailure } from "./http/error.ts";
export { createPushmeter } from "./pushmeter.ts";
export type { Pushmeter, PushmeterOptions } from "./pushmeter-types.ts";
export type { Runtime } from "./runtime.ts";
