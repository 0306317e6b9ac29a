/** The TypeScript of README and docs/: every block is a whole file that type-checks and loads. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleLambda, bundleWorker } from "@pushmeter/testkit/bundle";
import { describe, expect, it, vi } from "vitest";
import { blocks, NODE_PAGES, ROOT, WORKER_PAGES, writeBlocks } from "./documents.ts";

/** What `wrangler types` would write for the pages' Workers. */
const ENV = `interface Env {
  PUSHMETER: DurableObjectNamespace;
  REMOTE_WRITE_URL: string;
  REMOTE_WRITE_TOKEN: string;
}`;

/** The compiler's complaints. */
async function typeCheck(folder: string, types: string): Promise<string> {
  if (types !== "node") await writeFile(join(folder, "env.d.ts"), ENV);
  const config = {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: { noEmit: true, rootDir: folder, lib: ["es2024"], types: [types] },
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const run = promisify(execFile)(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]);
  return run.then(
    () => "",
    ({ stdout, stderr }) => `${stdout}${stderr}`,
  );
}

async function load(file: string, isWorker: boolean): Promise<Record<string, unknown>> {
  if (isWorker) return import(`data:text/javascript,${encodeURIComponent(await bundleWorker({ file }))}`);
  const folder = await bundleLambda(
    { file },
    { folder: `${file}.bundled`, external: ["express", "fastify"] },
  );
  return import(join(folder, "index.mjs"));
}

// The blocks name no receiver that could be reached from here.
vi.spyOn(console, "error").mockImplementation(() => {});

describe.each([
  ...WORKER_PAGES.map((page) => [page, "@cloudflare/workers-types"] as const),
  ...NODE_PAGES.map((page) => [page, "node"] as const),
])("%s", (page, types) => {
  it("shows code that type-checks and loads, each block a file with its own path", async () => {
    const shown = blocks(page, "ts");
    const paths = shown.map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths).not.toContain("");
    expect(new Set(paths).size).toBe(paths.length);
    const folder = await writeBlocks(page);
    try {
      expect(await typeCheck(folder, types)).toBe("");
      for (const { path, text } of shown) {
        // Classes of the platform exist in workerd only: aggregator.test.ts and e2e/everything.test.ts run them there.
        if (/@pushmeter\/aggregator|cloudflare:workers/.test(text)) continue;
        const module = await load(join(folder, path), types !== "node");
        for (const exported of Object.values(module)) expect(exported).toBeTruthy();
        const { fetch } = (module.default ?? {}) as { fetch?: (...args: unknown[]) => Promise<Response> };
        const context = { waitUntil: () => {}, passThroughOnException: () => {} };
        const response = await fetch?.(new Request("http://courses.example/"), {}, context);
        if (fetch) expect(response?.status).toBeLessThan(500);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
