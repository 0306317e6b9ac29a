/** Tests that need the real servers: without them skipped and counted, or failed where `CI` is `true`. */
import { describe, inject, it } from "vitest";
import type { Servers } from "./find.ts";
import type {} from "./global-setup.ts";

export function describeWithServers(name: string, tests: (servers: Servers) => void): void {
  const found = inject("servers");
  const isMissing = typeof found === "string";
  if (isMissing && process.env.CI === "true") {
    it(name, () => {
      throw new Error(found);
    });
    return;
  }
  // What is skipped is collected all the same, so that the summary counts it.
  const servers = isMissing ? { prometheus: "", promtool: "", pushgateway: "" } : found;
  describe.skipIf(isMissing)(name, () => tests(servers));
}
