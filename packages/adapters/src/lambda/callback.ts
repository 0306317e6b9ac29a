/** Handlers with a callback, which Lambda's Node.js runtime takes up to version 22. */

type Handle = (...args: unknown[]) => unknown;

/**
 * The same handler, with a promise for its callback. If it returns a promise, that counts.
 *
 * @param version - of Node.
 * @throws TypeError on Node 24 and later.
 */
export function withoutCallback(handler: Handle, version: string): Handle {
  if (Number.parseInt(version, 10) >= 24) {
    throw new TypeError(
      "pushmeter: instrumentLambda needs a handler with (event, context) that returns a promise, got one with " +
        `${handler.length} parameters: Lambda's Node.js runtime has no callbacks since version 24`,
    );
  }
  return async (event, context) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const callback = (error?: unknown, result?: unknown) => {
      if (error === undefined || error === null) resolve(result);
      else reject(error);
    };
    const returned = handler(event, context, callback);
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then === "function") resolve(returned);
    return promise;
  };
}
