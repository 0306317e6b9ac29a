import { defineProject } from "vitest/config";

/** The packages as they are packed, in a project that installs them. */
export default defineProject({
  root: import.meta.dirname,
  test: { name: "packages", include: ["*.test.ts"], testTimeout: 120_000, hookTimeout: 180_000 },
});
