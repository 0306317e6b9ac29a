import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that took longest the last time begin, in whatever project they are, so that no core waits at the end.
 * Vitest alone goes project by project. Files that share a worker come last, one after the other.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const durationOf = (file: TestSpecification) =>
      this.ctx.cache.getTestSpecificationResult(file)?.duration ?? Number.MAX_VALUE;
    const sharesWorker = ({ project }: TestSpecification) => Number(!project.config.isolate);
    // Stable: new files keep Vitest's order, by project and size.
    return (await super.sort(files)).toSorted(
      (a, b) => sharesWorker(a) - sharesWorker(b) || durationOf(b) - durationOf(a),
    );
  }
}

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
    sequence: { sequencer: LongestFirst },
    projects: [
      "./test/vitest.config.ts",
      "./test/packages/vitest.config.ts",
      "./grafana/vitest.config.ts",
      {
        resolve: { alias: sources(".ts") },
        // Nothing that these files import keeps state, so that one worker serves many.
        test: { ...DEADLINES, name: "node", include: ["packages/*/src/**/*.test.ts"], isolate: false },
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
