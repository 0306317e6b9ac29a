/** Tests that need the real servers. Without them they are skipped, or fail where `CI` is `true`. */
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
  // Skipped tests are collected, too, so that the summary counts them.
  const servers = isMissing ? { prometheus: "", promtool: "", pushgateway: "" } : found;
  describe.skipIf(isMissing)(name, () => tests(servers));
}
