/** Requests in progress. */
import type { UpDownCounter } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf, requestAttributes } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";

/**
 * Counts the requests that a `fetch` handler is working on, as `http.server.active_requests`: up when it is called, down
 * when its response's headers are there.
 *
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch: countActive(pushmeter, fetch) });
 * ```
 */
export function countActive<Args extends [Request, ...unknown[]]>(
  pushmeter: Pushmeter,
  fetch: (...args: Args) => Response | Promise<Response>,
): (...args: Args) => Promise<Response> {
  const recorder = recorderOf(pushmeter);
  let counter: UpDownCounter | undefined;
  const add = (change: number, request: Request) =>
    attempt(recorder, () => {
      counter ??= pushmeter.meter.createUpDownCounter("http.server.active_requests", {
        unit: "{request}",
        description: "Requests in progress.",
      });
      const { method, url } = request;
      const { outcome: _, ...attributes } = requestAttributes({ method, url });
      counter.add(change, attributes);
    });
  return async (...args) => {
    add(1, args[0]);
    try {
      return await fetch(...args);
    } finally {
      add(-1, args[0]);
    }
  };
}
