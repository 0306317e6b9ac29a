import { defineProject } from "vitest/config";

/** Dashboards and rules as they are committed, against the built packages and a real Prometheus. */
export default defineProject({
  root: import.meta.dirname,
  test: {
    name: "grafana",
    include: ["test/**/*.test.ts"],
    globalSetup: ["@pushmeter/testkit/servers/global-setup"],
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
