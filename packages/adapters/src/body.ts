/** The body of a response, passed through so that its end is seen. */
import { attempt, type PassBody } from "./callbacks.ts";

/** What a pass-through tells. */
export interface Passing {
  /** Bytes have been read. */
  read?(bytes: number): void;
  /** The last chunk was read; or something was thrown: by the source, or an `AbortError` as the client has left. */
  ended(thrown?: { readonly error: unknown }): void;
}

/**
 * Returns the response with the same body, chunk by chunk as it is read: back-pressure and cancellation reach its
 * source. `ended` is called once.
 *
 * @throws TypeError if another reader has the body.
 */
export function passThrough(
  response: Response,
  body: ReadableStream<Uint8Array>,
  passing: Passing,
): Response {
  const reader = body.getReader();
  let isOpen = true;
  // A read that was under way when the client left ends later.
  const end = (thrown?: { readonly error: unknown }) => {
    if (isOpen) passing.ended(thrown);
    isOpen = false;
  };
  const passed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            passing.read?.(value.byteLength);
            return controller.enqueue(value);
          }
          controller.close();
          end();
        } catch (error) {
          controller.error(error);
          end({ error });
        }
      },
      cancel(reason) {
        end({ error: new DOMException("the client has left", "AbortError") });
        return reader.cancel(reason);
      },
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  );
  return new Response(passed, response);
}

/**
 * For the option `body`: requests are measured to the end of the response's body. A body that breaks is an `exception`, a
 * client that leaves before its end is `canceled`. The body is passed on as it is.
 *
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch }, { body: wholeBody });
 * ```
 */
export const wholeBody: PassBody = (recorder, response, platform, end) => {
  const { body, status } = response;
  if (!body) return undefined;
  return attempt(recorder, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const passed = passThrough(response, body, {
      ended(thrown) {
        end(thrown ? { status, thrown, isLate: true } : { status });
        resolve();
      },
    });
    // Else the platform may drop the stream when the client leaves, and its end is not seen.
    platform().waitUntil?.(promise);
    return passed;
  });
};
