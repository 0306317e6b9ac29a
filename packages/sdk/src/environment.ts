/**
 * Configuration that comes from the environment: the bindings of a Worker, and `process.env` where there is
 * one. Names of OpenTelemetry's: specification, "Environment Variable Specification".
 */
import type { Attributes } from "@opentelemetry/api";
import type { TargetOptions } from "./http/target.ts";

export type Environment = Readonly<Record<string, unknown>>;

/** A Worker's bindings before the process's variables. */
export function environment(bindings?: unknown): Environment {
  const { process } = globalThis as { process?: { env?: Environment } };
  return { ...process?.env, ...(bindings as Environment | undefined) };
}

export function text(env: Environment, name: string): string | undefined {
  const value = env[name];
  return typeof value === "string" && value.trim() ? value.trim() : undefined;
}

export function isDisabled(env: Environment): boolean {
  return text(env, "OTEL_SDK_DISABLED")?.toLowerCase() === "true";
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

/** `PUSHMETER_<name>_URL` and `…_TOKEN` as the options that a destination takes; undefined without a URL. */
export function targetOptions(env: Environment, name: string): TargetOptions | undefined {
  const url = text(env, `PUSHMETER_${name}_URL`);
  const bearer = text(env, `PUSHMETER_${name}_TOKEN`);
  return url ? { url, auth: bearer ? { bearer } : undefined } : undefined;
}
