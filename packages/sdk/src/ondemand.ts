/**
 * What only some services need, loaded on demand: destinations chosen by the environment, and scraping.
 * For Node, Deno and Bun; a bundle for the edge takes `ondemand.edge.ts` (`imports` in package.json).
 */
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "./destination.ts";
import {
  type ChosenDestination,
  chosenDestination,
  type DestinationName,
  type Environment,
  isTrue,
  NOTHING_PUSHED,
} from "./environment.ts";
import { translate } from "./prometheus/translate.ts";
import type { Runtime } from "./runtime.ts";

type Load = (options: ChosenDestination["options"], runtime: Runtime) => Destination | Promise<Destination>;

const LOAD: Readonly<Record<DestinationName, Load>> = {
  REMOTE_WRITE: async (...args) => (await import("./remote-write/index.ts")).remoteWrite(...args),
  PUSHGATEWAY: async (...args) => (await load("pushgateway"))(...args),
  OTLP: async (...args) => (await load("otlp"))(...args),
};

/**
 * By a name that bundlers cannot read: a bundle, of a Lambda for example, holds only the destinations that its code
 * imports.
 */
async function load(name: string): Promise<Load> {
  try {
    return (await import(`@pushmeter/sdk/${name}`))[name];
  } catch {
    throw new TypeError(
      `pushmeter: nothing is pushed: set push to ${name}(…), imported from "@pushmeter/sdk/${name}"`,
    );
  }
}

/**
 * The destination that the environment chooses: by pushmeter's variables, else by OpenTelemetry's for OTLP.
 *
 * @returns undefined if there is none and `PUSHMETER_SCRAPED` is true: then nothing is pushed, and that is right.
 * @throws TypeError as the destination does for a bad URL or token, or if the environment chooses none.
 */
export async function destinationFrom(env: Environment, runtime: Runtime): Promise<Destination | undefined> {
  const chosen = chosenDestination(env);
  if (chosen) return LOAD[chosen.name](chosen.options, runtime);
  const { otlpOptions } = await import("./otlp/environment.ts");
  const options = otlpOptions(env);
  if (options) return LOAD.OTLP(options, runtime);
  if (isTrue(env, "PUSHMETER_SCRAPED")) return undefined;
  throw new TypeError(NOTHING_PUSHED);
}

/** Answers a scrape. */
export async function scrape(metrics: ResourceMetrics): Promise<Response> {
  const { CONTENT_TYPE, textOf } = await import("./prometheus/text.ts");
  return new Response(textOf(translate(metrics).families), { headers: { "content-type": CONTENT_TYPE } });
}
