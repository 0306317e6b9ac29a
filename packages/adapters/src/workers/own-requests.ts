/** The `fetch` of a class: requests to one of a Worker's classes are told apart from those to the Worker. */
import type { Recorder } from "@pushmeter/sdk/adapter";
import { attempt, type HttpOptions } from "../callbacks.ts";
import { measureHttp } from "../http.ts";
import type { Made } from "./classes.ts";
import { type Handler, platformOf } from "./context.ts";
import { FUNCTION } from "./trigger.ts";

/** Returns a function that measures a class's `fetch`, with `code.function.name`. */
export function ownRequests(
  recorder: Recorder,
  options: HttpOptions<never>,
  className: string,
): (fetch: Handler, made: Made) => Handler {
  const { attributes } = options as HttpOptions;
  const named: HttpOptions = {
    ...(options as HttpOptions),
    attributes: (...args) => ({
      ...(attributes && attempt(recorder, attributes, ...args)),
      ...(className && { [FUNCTION]: `${className}.fetch` }),
    }),
  };
  return (fetch, { ctx, env }) =>
    (request, ...rest) =>
      measureHttp(
        recorder,
        named as HttpOptions<never>,
        request as Request,
        () => platformOf(env, ctx),
        undefined,
        () => fetch(request, ...rest) as Promise<Response>,
      );
}
