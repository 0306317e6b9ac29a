/**
 * What only some services need, loaded when they do: destinations named by the environment, and scraping.
 * For Node, Deno and Bun; a bundle for the edge takes `ondemand.edge.ts` (`imports` in package.json).
 */
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "./destination.ts";
import { type Environment, targetOptions } from "./environment.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The destination of `PUSHMETER_REMOTE_WRITE_URL`, `PUSHMETER_PUSHGATEWAY_URL` or `PUSHMETER_OTLP_URL` (deltas),
 * the first that is set, with the bearer token of the same name ending in `_TOKEN`.
 *
 * @throws TypeError as the destination does for a bad URL or token, or if none is set.
 */
export async function destinationFrom(env: Environment, runtime: Runtime): Promise<Destination> {
  const remoteWrite = targetOptions(env, "REMOTE_WRITE");
  if (remoteWrite) return (await import("./remote-write/index.ts")).remoteWrite(remoteWrite, runtime);
  const pushgateway = targetOptions(env, "PUSHGATEWAY");
  if (pushgateway) return (await import("./pushgateway/index.ts")).pushgateway(pushgateway, runtime);
  const otlp = targetOptions(env, "OTLP");
  if (otlp) return (await import("./otlp/index.ts")).otlp(otlp, runtime);
  throw new TypeError("pushmeter: nothing is pushed: set push or PUSHMETER_REMOTE_WRITE_URL");
}

/** Answers a scrape. */
export async function scrape(metrics: ResourceMetrics): Promise<Response> {
  const { CONTENT_TYPE, toText } = await import("./pushgateway/text.ts");
  return new Response(toText(metrics).text, { headers: { "content-type": CONTENT_TYPE } });
}
