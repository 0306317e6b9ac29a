import { defineProject } from "vitest/config";

/** What docs/benchmarks.md states, where it can be measured or computed quickly. */
export default defineProject({
  root: import.meta.dirname,
  test: { name: "bench", include: ["src/**/*.test.ts"], testTimeout: 180_000, hookTimeout: 120_000 },
});
