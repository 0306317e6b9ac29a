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
    // `service.version` from the version-metadata binding, whatever its name is: the version's tag, else its id. Read once
    // per instance.
    get resource() {
      // The properties of a stub are functions.
      const { id, tag } =
        Object.values(env ?? {}).find(
          (one) => `${typeof one?.tag} ${typeof one?.timestamp}` === "string string",
        ) ?? {};
      return { "service.version": tag || id };
    },
    ...more,
  };
}
