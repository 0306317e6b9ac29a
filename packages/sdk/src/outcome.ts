/** The attributes `outcome` and `error.type`, which follow from how an invocation ended. */
import type { Attributes } from "@opentelemetry/api";
import type { Ending, Outcome } from "./invocation.ts";

export function outcomeOf({ status, thrown, isLate }: Ending): Outcome {
  // A 404 that a handler threw (Hono's HTTPException) is the client's error, not an exception.
  if (thrown && (isLate || !(status && status < 500))) {
    const type = errorType(thrown.error);
    return type === "TimeoutError" ? "timeout" : type === "AbortError" ? "canceled" : "exception";
  }
  if (!status || status < 400) return "success";
  return status < 500 ? "client_error" : "server_error";
}

/** `error.type`: the class of what was thrown, or the status as a string for a 5xx, else undefined. */
export function errorTypeOf({ status, thrown, isLate }: Ending): string | undefined {
  if (!isLate && status && status < 500) return undefined;
  return thrown ? errorType(thrown.error) : status ? `${status}` : undefined;
}

/** Adds `outcome` and, where something failed, `error.type`; returns `attributes`. */
export function withOutcome(attributes: Attributes, ending: Ending): Attributes {
  attributes.outcome = outcomeOf(ending);
  const type = errorTypeOf(ending);
  if (type) attributes["error.type"] = type;
  return attributes;
}

/** The usual form of a class name. Any other name could carry an id or a message into a label. */
const CLASS_NAME = /^[\w$.]{1,64}$/;

function errorType(error: unknown): string {
  try {
    if (error instanceof Error) {
      const name = error.name === "Error" ? error.constructor.name : error.name;
      if (CLASS_NAME.test(name)) return name;
    }
  } catch {
    // A getter of the user's error object threw: the class is unknown.
  }
  return "_OTHER";
}
