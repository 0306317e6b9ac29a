/**
 * `ondemand.ts` for the edge, where everything is bundled into one file and its size counts. It has remote write,
 * which most bundles hold anyway; for other destinations the error says to pass `push`.
 */
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "./destination.ts";
import { chosenDestination, type Environment, NOTHING_PUSHED } from "./environment.ts";
import { remoteWrite } from "./remote-write/index.ts";
import type { Runtime } from "./runtime.ts";

/** @throws TypeError for a bad URL or token, or if the environment chooses no destination or another one. */
export async function destinationFrom(env: Environment, runtime: Runtime): Promise<Destination> {
  const chosen = chosenDestination(env);
  if (chosen?.name === "REMOTE_WRITE") return remoteWrite(chosen.options, runtime);
  const other =
    chosen?.name ?? (/^OTEL_EXPORTER_OTLP.*ENDPOINT$/m.test(Object.keys(env).join("\n")) && "OTLP");
  if (!other) throw new TypeError(NOTHING_PUSHED);
  const name = other.toLowerCase();
  throw new TypeError(
    `pushmeter: nothing is pushed: set push to ${name}(…), imported from "@pushmeter/sdk/${name}"`,
  );
}

/** An edge instance knows only its own requests, and the next scrape reaches another instance. */
export async function scrape(_metrics: ResourceMetrics): Promise<Response> {
  return new Response("scrape() is for long-lived processes\n", { status: 501 });
}
