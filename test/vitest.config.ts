import { defineProject } from "vitest/config";

/** What users get, as they get it: the built packages in real workerds, against real servers. */
export default defineProject({
  root: import.meta.dirname,
  test: {
    name: "e2e",
    include: ["**/*.test.ts"],
    exclude: ["packages/**"],
    globalSetup: ["@pushmeter/testkit/servers/global-setup"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    fileParallelism: false,
  },
});
