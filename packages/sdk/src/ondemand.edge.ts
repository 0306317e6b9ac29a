/**
 * `ondemand.ts` for the edge, where everything is bundled into one file and its size counts: remote write from
 * the environment, which most bundles hold anyway. The rest is told to be imported or not to make sense here.
 */
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "./destination.ts";
import { type Environment, targetOptions } from "./environment.ts";
import { remoteWrite } from "./remote-write/index.ts";
import type { Runtime } from "./runtime.ts";

/** @throws TypeError for a bad URL or token, or if the environment names another destination, or none. */
export async function destinationFrom(env: Environment, runtime: Runtime): Promise<Destination> {
  const options = targetOptions(env, "REMOTE_WRITE");
  if (options) return remoteWrite(options, runtime);
  const other = ["PUSHGATEWAY", "OTLP"].find((name) => targetOptions(env, name));
  const why = other ? `PUSHMETER_${other}_URL` : "nothing is pushed";
  throw new TypeError(`pushmeter: ${why}: set push or PUSHMETER_REMOTE_WRITE_URL`);
}

/** An edge instance knows only its own requests, and the next scrape meets another instance. */
export async function scrape(_metrics: ResourceMetrics): Promise<Response> {
  return new Response("scrape() is for long-lived processes\n", { status: 501 });
}
