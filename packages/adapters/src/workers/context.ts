/** What the entry points of a Worker have in common. */
import type { Platform } from "@pushmeter/sdk/adapter";

/** The part of a Worker's execution context, or of a Durable Object's state, that is used. */
export interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** A method or a handler, whatever its parameters are. */
export type Handler = (...args: unknown[]) => unknown;

export function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

export function platformOf(env: unknown, ctx: Context, more?: Partial<Platform>): Platform {
  return {
    env,
    // Called as a method: without its context waitUntil throws "Illegal invocation".
    waitUntil: (promise) => ctx.waitUntil(promise),
    // Read once per instance.
    get resource() {
      return versionOf(env);
    },
    ...more,
  };
}

/** `service.version` from the version-metadata binding, whatever its name is: the version's tag, else its id. */
function versionOf(env: unknown): Platform["resource"] {
  for (const { id, tag, timestamp } of Object.values(env ?? {}).filter(Boolean)) {
    // The properties of a stub are functions.
    if (`${typeof tag} ${typeof timestamp}` === "string string") return { "service.version": tag || id };
  }
  return undefined;
}
