/** The body of a response, passed through so that its end is seen. */
import type { Ending } from "@pushmeter/sdk/adapter";
import { attempt, type PassBody } from "./callbacks.ts";

/**
 * For the option `body`: requests are measured to the end of the response's body. A body that breaks is an `exception`, a
 * client that leaves before its end is `canceled`. The body is passed on as it is, chunk by chunk as it is read:
 * back-pressure and cancellation reach its source.
 *
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch }, { body: wholeBody });
 * ```
 */
export const wholeBody: PassBody = (recorder, response, platform, end) => {
  const source = response.body;
  if (!source) return undefined;
  return attempt(recorder, () => {
    const reader = source.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const { promise, resolve } = Promise.withResolvers<void>();
    let isOpen = true;
    // A read that was under way when the client left ends later.
    const ended = (late?: Ending) => {
      if (isOpen) end({ status: response.status, ...late });
      isOpen = false;
      resolve();
    };
    const threw = (error: unknown) => ended({ thrown: { error }, isLate: true });
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            controller.close();
            ended();
          } catch (error) {
            controller.error(error);
            threw(error);
          }
        },
        cancel(reason) {
          threw(new DOMException("the client has left", "AbortError"));
          return reader.cancel(reason);
        },
      },
      // Nothing is read ahead.
      { highWaterMark: 0 },
    );
    // Else the platform may drop the stream when the client leaves, and its end is not seen.
    platform().waitUntil?.(promise);
    return new Response(body, response);
  });
};
