/** Finds the servers once for all test files. */
import type { TestProject } from "vitest/node";
import { findServers, type Servers } from "./find.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The servers, or one sentence that says why they are missing. */
    servers: Servers | string;
  }
}

export default async function setup({ provide }: TestProject): Promise<void> {
  try {
    provide("servers", await findServers());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    provide("servers", reason);
    console.warn(
      process.env.CI === "true"
        ? `Tests against the real servers fail: ${reason}`
        : `Tests against the real servers are skipped: to run them, ${reason}`,
    );
  }
}
