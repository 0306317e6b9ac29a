/** Sizes of bodies. */
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf, requestAttributes } from "@pushmeter/sdk/adapter";
import { passThrough } from "../body.ts";
import { attempt } from "../callbacks.ts";
import { bodySizes, statedSize } from "../server-metrics.ts";
import { type Context, platformOf } from "./context.ts";

/**
 * Measures the sizes of a `fetch` handler's bodies: `http.server.request.body.size` as the request's `content-length` says (0 without
 * a body),
 * `http.server.response.body.size` as it was read, at its end, however it ended. The response's body is passed on as it
 * is, chunk by chunk.
 *
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch: measureSizes(pushmeter, fetch) });
 * ```
 */
export function measureSizes<Env, Ctx extends Context>(
  pushmeter: Pushmeter<Env>,
  fetch: (request: Request, env: Env, ctx: Ctx) => Response | Promise<Response>,
): (request: Request, env: Env, ctx: Ctx) => Promise<Response> {
  const recorder = recorderOf(pushmeter);
  const record = bodySizes(pushmeter);
  return async (request, env, ctx) => {
    const response = await fetch(request, env, ctx);
    const { body, status } = response;
    const measured = attempt(recorder, () => {
      const { method, url } = request;
      // The framework inside has found the route; the invocation is over when the body ends.
      const attributes = requestAttributes({ method, url, route: recorder.current(request)?.route, status });
      const length = statedSize(request.headers.get("content-length"), request.body !== null);
      if (length !== undefined) record("request", length, attributes);
      let bytes = 0;
      const ended = () => {
        record("response", bytes, attributes);
        const platform = () => platformOf(env, ctx);
        const invocation = recorder.begin("http", platform, {});
        if (invocation) recorder.endIgnored(invocation, platform);
      };
      if (!body) return ended();
      const { promise, resolve } = Promise.withResolvers<void>();
      const passed = passThrough(response, body, {
        read: (read) => {
          bytes += read;
        },
        ended: () => {
          ended();
          resolve();
        },
      });
      ctx.waitUntil(promise);
      return passed;
    });
    return measured ?? response;
  };
}
