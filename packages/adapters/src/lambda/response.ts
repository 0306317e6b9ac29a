/** Reads the status that the caller gets from what a handler returned. */
import type { Ending } from "@pushmeter/sdk/adapter";
import { fields } from "./fields.ts";
import type { HttpSource } from "./source.ts";

/** How an HTTP invocation ended whose handler did not throw. */
export function endingOf({ bare, failure }: HttpSource, result: unknown): Ending {
  const { statusCode } = fields(result);
  if (statusCode === undefined && bare) return { status: 200 };
  // The gateways take a numeric string too.
  const status = typeof statusCode === "string" ? Number(statusCode) : statusCode;
  if (typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599) {
    return { status };
  }
  return { status: failure, thrown: { error: new TypeError("The handler returned no usable statusCode") } };
}

/**
 * How a streamed response ended. The runtime's `HttpResponseStream.from(stream, { statusCode })` leaves with
 * the stream what it writes first; a stream without it has the status 200.
 */
export function streamEnding(stream: unknown): Ending {
  let prelude: unknown;
  try {
    const { _onBeforeFirstWrite: writePrelude } = stream as { _onBeforeFirstWrite?: unknown };
    if (typeof writePrelude === "function") {
      writePrelude((chunk: unknown) => {
        if (typeof chunk === "string") prelude = JSON.parse(chunk);
      });
    }
  } catch {
    // Not AWS's own runtime: the status is then 200.
  }
  const { statusCode } = fields(prelude);
  return { status: typeof statusCode === "number" ? statusCode : 200 };
}
