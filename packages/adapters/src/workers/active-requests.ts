/** Requests in progress. */
import type { Pushmeter } from "@pushmeter/sdk";
import { activeRequests } from "../server-metrics.ts";

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
  const add = activeRequests(pushmeter);
  return async (...args) => {
    add(1, args[0]);
    try {
      return await fetch(...args);
    } finally {
      add(-1, args[0]);
    }
  };
}
