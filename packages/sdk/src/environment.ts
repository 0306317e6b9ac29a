/**
 * Configuration from the environment: the bindings of a Worker, and `process.env` where it exists. Names are
 * OpenTelemetry's: specification, "Environment Variable Specification".
 */
import { basicCredentials, type EndpointOptions } from "./http/endpoint.ts";

export type Environment = Readonly<Record<string, unknown>>;

/** A Worker's bindings take precedence over the process's variables. */
export function environment(bindings?: unknown): Environment {
  const { process } = globalThis as { process?: { env?: Environment } };
  return { ...process?.env, ...(bindings as Environment | undefined) };
}

export function text(env: Environment, name: string): string | undefined {
  const value = env[name];
  return typeof value === "string" && value.trim() ? value.trim() : undefined;
}

/** Booleans of OpenTelemetry's: `true` in any case, and everything else is false. */
export function isTrue(env: Environment, name: string): boolean {
  return text(env, name)?.toLowerCase() === "true";
}

/** `key=value,key=value`, both percent-encoded, as OpenTelemetry's lists are. What is unreadable is left out. */
export function pairs(env: Environment, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of text(env, name)?.split(",") ?? []) {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    try {
      if (key && value) found[decodeURIComponent(key.trim())] = decodeURIComponent(value.trim());
    } catch {
      // A stray percent sign: the specification lets a reader drop the pair.
    }
  }
  return found;
}

/** Destinations that the environment can choose, by `PUSHMETER_<name>_URL`. */
export type DestinationName = "REMOTE_WRITE" | "PUSHGATEWAY" | "OTLP";

/** The first that is set counts. */
const DESTINATIONS: readonly DestinationName[] = ["REMOTE_WRITE", "PUSHGATEWAY", "OTLP"];

/** The destination that the environment chooses, with the options from it. */
export interface ChosenDestination {
  readonly name: DestinationName;
  readonly options: EndpointOptions;
}

/**
 * Reads `PUSHMETER_<name>_URL` and, to authenticate, `…_TOKEN` (bearer) or `…_USERNAME` and `…_PASSWORD`; `…_HEADERS`
 * (`name=value,name=value`, percent-encoded) are sent besides. Undefined if the environment chooses no destination.
 */
export function chosenDestination(env: Environment): ChosenDestination | undefined {
  for (const name of DESTINATIONS) {
    const read = (what: string) => text(env, `PUSHMETER_${name}_${what}`);
    const url = read("URL");
    if (!url) continue;
    const [bearer, username, password = ""] = [read("TOKEN"), read("USERNAME"), read("PASSWORD")];
    const authorization = bearer ? `Bearer ${bearer}` : username && basicCredentials(username, password);
    const headers = pairs(env, `PUSHMETER_${name}_HEADERS`);
    if (authorization) headers.authorization = authorization;
    return { name, options: { url, auth: Object.keys(headers).length ? { headers } : undefined } };
  }
  return undefined;
}

/** What is said if nothing chooses a destination. */
export const NOTHING_PUSHED = "pushmeter: nothing is pushed: set push or PUSHMETER_REMOTE_WRITE_URL";
