/** A request listener of `node:http`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid } from "@pushmeter/sdk/adapter";
import { exchanges } from "./exchange.ts";
import type { NodeOptions } from "./options.ts";

/**
 * Measures a request listener of `node:http`, `node:https` or the compatibility layer of `node:http2`, and answers
 * `/metrics`: durations to the end of the response, requests in progress and sizes of bodies. Where the pushmeter has a
 * destination, a timer pushes besides.
 *
 * @example
 * ```ts
 * createServer(instrumentHttp(pushmeter, (request, response) => response.end("hello"), { route: () => "/" }));
 * ```
 * @throws TypeError if `listener` is not a function, or an option is unusable.
 */
export function instrumentHttp<Request extends IncomingMessage, Response extends ServerResponse>(
  pushmeter: Pushmeter,
  listener: (request: Request, response: Response) => unknown,
  options: NodeOptions = {},
): (request: Request, response: Response) => unknown {
  const { begin, failed } = exchanges("instrumentHttp", pushmeter, options);
  if (typeof listener !== "function") invalid("instrumentHttp listener", listener, "a function");
  return (request, response) => {
    if (!begin(request, response)) return undefined;
    const fail = (error: unknown): never => {
      failed(request, error);
      throw error;
    };
    try {
      const result = listener(request, response);
      // The rejection stays unhandled, as without the wrapper.
      return result instanceof Promise ? result.catch(fail) : result;
    } catch (error) {
      return fail(error);
    }
  };
}
