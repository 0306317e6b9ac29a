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

/** A response that the handler streams. */
export class StreamedResponse {
  readonly #stream: unknown;
  #hasBegun = false;

  /** @param stream - the runtime's. Its `write` goes on to do what it does. */
  constructor(stream: unknown) {
    this.#stream = stream;
    try {
      const writable = stream as { write(...args: unknown[]): unknown };
      const write = writable.write;
      writable.write = (...args) => {
        this.#hasBegun = true;
        return write.apply(writable, args);
      };
    } catch {
      // Not AWS's own runtime: a failure then counts as one before the first byte.
    }
  }

  /**
   * How it ended. The runtime's `HttpResponseStream.from(stream, { statusCode })` leaves with the stream what it
   * writes first; a stream without it has the status 200.
   */
  ending(): Ending {
    let prelude: unknown;
    try {
      const { _onBeforeFirstWrite: writePrelude } = this.#stream as { _onBeforeFirstWrite?: unknown };
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

  /** How it ended if the handler threw: with the status that was sent, if one was. */
  failure(error: unknown, status: number | undefined): Ending {
    if (!this.#hasBegun) return { status, thrown: { error } };
    return { ...this.ending(), thrown: { error }, isLate: true };
  }
}
