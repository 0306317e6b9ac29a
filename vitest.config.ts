import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Long enough for a slow machine with every core busy: they end tests that hang. */
const DEADLINES = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } };

/** Unit tests run against the sources, `test/` against the built packages, as users get them. */
const sources = (suffix: ".ts" | ".edge.ts") => [
  { find: "#ondemand", replacement: `${import.meta.dirname}/packages/sdk/src/ondemand${suffix}` },
  { find: "#transport", replacement: `${import.meta.dirname}/packages/sdk/src/http/transport${suffix}` },
  { find: /^@pushmeter\/sdk$/, replacement: `${import.meta.dirname}/packages/sdk/src/index.ts` },
  { find: /^@pushmeter\/sdk\/(.*)$/, replacement: `${import.meta.dirname}/packages/sdk/src/$1/index.ts` },
];

export default defineConfig({
  test: {
    projects: [
      "./test/vitest.config.ts",
      "./test/packages/vitest.config.ts",
      "./grafana/vitest.config.ts",
      {
        resolve: { alias: sources(".ts") },
        test: { ...DEADLINES, name: "node", include: ["packages/*/src/**/*.test.ts"] },
      },
      {
        // The same suite in workerd, the runtime of Cloudflare Workers.
        plugins: [
          cloudflareTest({
            miniflare: { compatibilityDate: "2026-10-01", compatibilityFlags: ["nodejs_compat"], cf: false },
          }),
        ],
        resolve: { alias: sources(".edge.ts") },
        test: {
          ...DEADLINES,
          name: "workerd",
          include: ["packages/*/src/**/*.test.ts"],
          exclude: ["**/*.node.test.ts"],
        },
      },
    ],
  },
});
