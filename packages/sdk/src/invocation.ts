/**
 * The vocabulary between adapters and core: what started an invocation, how it ended, and the object that
 * lives in between.
 */
import type { Attributes } from "@opentelemetry/api";

/** `faas.trigger`, OpenTelemetry semantic conventions 1.44. */
export type Trigger = "http" | "pubsub" | "timer" | "datasource" | "other";

/** How an invocation ended. A function of status and error, so that it adds no series. */
export type Outcome = "success" | "client_error" | "server_error" | "exception" | "timeout" | "canceled";

/** How a handler ended: with a status, or by throwing, or both when a framework turned the error into one. */
export interface Ending {
  readonly status?: number | undefined;
  /** Present when something was thrown; `error` may be any value, also `undefined`. */
  readonly thrown?: { readonly error: unknown } | undefined;
}

/** What an adapter knows of the platform. Read seldom, so adapters hand over a function that finds it. */
export interface Platform {
  /** The bindings of a Worker; `process.env` is looked at besides. */
  readonly env?: unknown;
  /** Keeps the instance alive for a promise after the response. Absent: the process lives on by itself. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /** True where something waits for the end of `waitUntil`, as a queue's next batch does: push at once. */
  readonly hurry?: boolean | undefined;
  /** The adapter calls `flush()` when its platform lets it: `waitUntil` is not called, nothing lingers. */
  readonly flushes?: boolean | undefined;
  /** What the platform knows of the instance; the user's resource attributes come before it. */
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

/** The methods that the semantic conventions know; all others are `_OTHER`. */
const METHODS = /^(CONNECT|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|QUERY|TRACE)$/;

export function methodOf(method: string): string {
  return METHODS.test(method) ? method : "_OTHER";
}

export function outcomeOf({ status, thrown }: Ending): Outcome {
  // A 404 that a handler threw (Hono's HTTPException) is the client's error, not an exception.
  if (thrown && !(status && status < 500)) {
    const type = errorType(thrown.error);
    return type === "TimeoutError" ? "timeout" : type === "AbortError" ? "canceled" : "exception";
  }
  if (!status || status < 400) return "success";
  return status < 500 ? "client_error" : "server_error";
}

/** `error.type`: the class of what was thrown, or the status as a string for a 5xx, or nothing. */
export function errorTypeOf({ status, thrown }: Ending): string | undefined {
  if (status && status < 500) return undefined;
  return thrown ? errorType(thrown.error) : status ? `${status}` : undefined;
}

/** A class name as people write them. Anything else could carry an id or a message into a label. */
const CLASS_NAME = /^[\w$.]{1,64}$/;

function errorType(error: unknown): string {
  try {
    if (error instanceof Error) {
      const name = error.name === "Error" ? error.constructor.name : error.name;
      if (CLASS_NAME.test(name)) return name;
    }
  } catch {
    // A getter of the user's error object threw; its class is then unknown.
  }
  return "_OTHER";
}

/** The attributes of `http.server.request.duration`. */
export function httpAttributes(
  method: string,
  url: string,
  route: string | undefined,
  ending: Ending,
  custom?: Attributes,
): Attributes {
  const attributes: Attributes = { ...custom };
  attributes["http.request.method"] = methodOf(method);
  attributes["url.scheme"] = url.startsWith("https:") ? "https" : "http";
  if (ending.status) attributes["http.response.status_code"] = ending.status;
  if (route) attributes["http.route"] = route;
  return withOutcome(attributes, ending);
}

/** Adds `outcome` and, where something failed, `error.type`. */
export function withOutcome(attributes: Attributes, ending: Ending): Attributes {
  attributes.outcome = outcomeOf(ending);
  const type = errorTypeOf(ending);
  if (type) attributes["error.type"] = type;
  return attributes;
}
