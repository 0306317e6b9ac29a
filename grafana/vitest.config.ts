import { createRequire } from "node:module";
import { defineProject } from "vitest/config";

const { resolve } = createRequire(import.meta.url);

/** Dashboards and rules as they are committed, against the built packages and a real Prometheus. */
export default defineProject({
  root: import.meta.dirname,
  // Its ES modules import names that their CommonJS dependencies do not have in Node.
  resolve: { alias: { "@grafana/data": resolve("@grafana/data") } },
  test: {
    name: "grafana",
    // One process serves many files: to start one and to load what most of them need takes a second.
    isolate: false,
    setupFiles: ["@pushmeter/testkit/clean-up"],
    include: ["{test,preview}/**/*.test.ts"],
    globalSetup: ["@pushmeter/testkit/servers/global-setup"],
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
