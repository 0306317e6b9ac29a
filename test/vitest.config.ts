import { defineProject } from "vitest/config";

/** What users get, as they get it: the built packages in real workerds, against real servers. */
export default defineProject({
  root: import.meta.dirname,
  test: {
    name: "e2e",
    // One process serves many files: to start one and to load what most of them need takes a second.
    isolate: false,
    setupFiles: ["@pushmeter/testkit/clean-up"],
    include: ["**/*.test.ts"],
    exclude: ["packages/**"],
    globalSetup: ["@pushmeter/testkit/servers/global-setup"],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
