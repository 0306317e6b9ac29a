/** The vocabulary between adapters and core: what started an invocation, what ran meanwhile, how it ended. */
import type { Attributes } from "@opentelemetry/api";

/** `faas.trigger`, OpenTelemetry semantic conventions 1.44. */
export type Trigger = "http" | "pubsub" | "timer" | "datasource" | "other";

/** How an invocation ended. It follows from status and error, so it adds no series. */
export type Outcome = "success" | "client_error" | "server_error" | "exception" | "timeout" | "canceled";

/** How a handler ended: with a status, or by throwing, or both when a framework turned the error into one. */
export interface Ending {
  readonly status?: number | undefined;
  /** Present when something was thrown; `error` may be any value, also `undefined`. */
  readonly thrown?: { readonly error: unknown } | undefined;
  /** True if it was thrown when the status had been sent, as by the stream of a body. */
  readonly isLate?: boolean | undefined;
}

/** The part of a request that is recorded. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
}

/** What an adapter knows of the platform. Rarely read, so adapters pass a function that returns it. */
export interface Platform {
  /** The bindings of a Worker. They are read before `process.env`. */
  readonly env?: unknown;
  /** Keeps the instance alive for a promise after the response. Absent: the process is long-lived. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /** True if something waits for the end of `waitUntil`, as a queue's next batch does. */
  readonly pushAtOnce?: boolean | undefined;
  /** True if the adapter calls `flush()`, when its platform allows it. `waitUntil` is then not called. */
  readonly adapterFlushes?: boolean | undefined;
  /** True if the instance was started before it was needed: its first invocation is no cold start. */
  readonly isWarm?: boolean | undefined;
  /** What the platform knows of the instance. The user's resource attributes take precedence. */
  readonly resource?: Attributes | undefined;
}

/** One running invocation. Frameworks inside the outermost wrapper find it and add what they know. */
export interface Invocation {
  /** On the instance's monotonic clock, ms. */
  readonly startedAt: number;
  /** The route's pattern, set by the framework that matched it. Never a raw path. */
  route?: string | undefined;
  /** An error that a framework turned into a response. */
  thrown?: { readonly error: unknown } | undefined;
}
