/** Outgoing HTTP requests. */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { methodOf } from "./http-method.ts";
import { HTTP_CLIENT, operationsMeasure } from "./operations.ts";

/** Hosts that are told apart in one instance; the others are counted as `_OTHER`. */
const MOST_HOSTS = 100;

/** The part of `fetch` that is used, so that every runtime's fits. */
export type AnyFetch = (input: never, init?: never) => Promise<Response>;

/**
 * Returns a `fetch` that measures outgoing requests as `http.client.request.duration`, to the response's headers, by method,
 * host (`server.address`), status and `outcome`. Responses and errors are the same.
 *
 * @param fetch - Default: the runtime's.
 * @example
 * ```ts
 * const fetch = instrumentedFetch(pushmeter);
 * const response = await fetch("https://payments.example/charges", { method: "POST" });
 * ```
 */
export function instrumentedFetch<Fetch extends AnyFetch = typeof globalThis.fetch>(
  pushmeter: Pushmeter,
  fetch?: Fetch,
): Fetch {
  const measure = operationsMeasure(pushmeter);
  const hosts = new Set<string>();
  const measured = (input: unknown, init?: unknown) => {
    const host = hostOf(input);
    if (hosts.size < MOST_HOSTS) hosts.add(host);
    const attributes: Attributes = {
      "http.request.method": methodOf(input, init),
      "server.address": hosts.has(host) ? host : "_OTHER",
    };
    // The runtime's fetch is looked up with each call: a test may replace it.
    const send = (fetch ?? globalThis.fetch) as (input: unknown, init?: unknown) => Promise<Response>;
    return measure(HTTP_CLIENT, attributes, () => send(input, init));
  };
  return measured as unknown as Fetch;
}

function hostOf(input: unknown): string {
  const { url = String(input) } = input instanceof Request ? input : {};
  return URL.parse(url)?.hostname ?? "_OTHER";
}
