import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that took longest the last time begin, in whatever project they are, so that no core waits at the end.
 * Vitest alone goes project by project. Unit tests come last, still project by project: their files are short, and a
 * worker that serves many serves one project.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const durationOf = (file: TestSpecification) =>
      this.ctx.cache.getTestSpecificationResult(file)?.duration ?? Number.MAX_VALUE;
    // Vitest's order is by project. Sorting is stable, so that new files keep it.
    const sorted = await super.sort(files);
    const isUnit = (file: TestSpecification) => ["node", "workerd"].includes(file.project.name);
    return [
      ...sorted.filter((file) => !isUnit(file)).sort((a, b) => durationOf(b) - durationOf(a)),
      ...sorted.filter(isUnit),
    ];
  }
}

/** Long enough for a slow machine with every core busy: they end tests that hang. */
const DEADLINES = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } };

/** Nothing that these files import keeps state: one worker serves many, which takes half of the time. */
const SHARED = { isolate: false };

/** Unit tests run against the sources, `test/` against the built packages, as users get them. */
const sources = (suffix: ".ts" | ".edge.ts") => [
  { find: "#ondemand", replacement: `${import.meta.dirname}/packages/sdk/src/ondemand${suffix}` },
  { find: "#transport", replacement: `${import.meta.dirname}/packages/sdk/src/http/transport${suffix}` },
  { find: /^@pushmeter\/sdk$/, replacement: `${import.meta.dirname}/packages/sdk/src/index.ts` },
  { find: /^@pushmeter\/sdk\/(.*)$/, replacement: `${import.meta.dirname}/packages/sdk/src/$1/index.ts` },
];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      "./test/vitest.config.ts",
      "./test/packages/vitest.config.ts",
      "./grafana/vitest.config.ts",
      "./bench/vitest.config.ts",
      {
        resolve: { alias: sources(".ts") },
        test: { ...DEADLINES, ...SHARED, name: "node", include: ["packages/*/src/**/*.test.ts"] },
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
          ...SHARED,
          name: "workerd",
          include: ["packages/*/src/**/*.test.ts"],
          // The command line runs in Node only.
          exclude: ["**/*.node.test.ts", "packages/cli/**"],
        },
      },
    ],
  },
});
