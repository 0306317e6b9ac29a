/**
 * Configuration from the environment: the bindings of a Worker, and `process.env` where it exists. Names are
 * OpenTelemetry's: specification, "Environment Variable Specification".
 */
import type { Attributes } from "@opentelemetry/api";
import type { TargetOptions } from "./http/target.ts";

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

/** `OTEL_RESOURCE_ATTRIBUTES`: `key=value,key=value`, both percent-encoded. What is unreadable is left out. */
export function resourceAttributes(env: Environment): Attributes {
  const attributes: Attributes = {};
  for (const pair of text(env, "OTEL_RESOURCE_ATTRIBUTES")?.split(",") ?? []) {
    const [key, value] = pair.split("=", 2);
    try {
      if (key && value) attributes[decodeURIComponent(key.trim())] = decodeURIComponent(value.trim());
    } catch {
      // A stray percent sign: the specification lets a reader drop the pair.
    }
  }
  return attributes;
}

/** Destinations that the environment can choose, by `PUSHMETER_<name>_URL`. The first that is set counts. */
const DESTINATIONS = ["REMOTE_WRITE", "PUSHGATEWAY", "OTLP"] as const;

export type DestinationName = (typeof DESTINATIONS)[number];

/** The destination that the environment chooses, with the options from it. */
export interface ChosenDestination {
  readonly name: DestinationName;
  readonly options: TargetOptions;
}

/**
 * Reads `PUSHMETER_<name>_URL` and the bearer token `PUSHMETER_<name>_TOKEN`.
 *
 * @throws TypeError if the environment chooses no destination.
 */
export function chosenDestination(env: Environment): ChosenDestination {
  for (const name of DESTINATIONS) {
    const url = text(env, `PUSHMETER_${name}_URL`);
    const bearer = text(env, `PUSHMETER_${name}_TOKEN`);
    if (url) return { name, options: { url, auth: bearer ? { bearer } : undefined } };
  }
  throw new TypeError("pushmeter: nothing is pushed: set push or PUSHMETER_REMOTE_WRITE_URL");
}
