/** Adds a test of what is measured, in the project's own runner. */
import { extname, posix } from "node:path";
import type { Changes } from "./change.ts";
import type { ModuleEdit } from "./edits/module-edit.ts";
import { type Found, readManifest, runnerOf, specifierOf } from "./project.ts";
import { type Subject, styled, testText } from "./texts.ts";

const VITEST_CONFIGS = ["vitest.config.ts", "vitest.config.mts", "vitest.config.js", "vitest.config.mjs"];

/** The first entry that was wrapped. */
export interface Measured {
  readonly style: ModuleEdit["style"];
  readonly isCommonJs: boolean;
  readonly subject: Omit<Subject, "from">;
}

export async function addTest(
  found: Found,
  metrics: string,
  {
    edit,
    subject,
    isTyped,
  }: { readonly edit: Measured; readonly subject: Omit<Subject, "from">; readonly isTyped: boolean },
  changes: Changes,
): Promise<void> {
  const [{ path: entry } = { path: "" }] = found.entries;
  const runner = runnerOf(found, await readManifest(found, changes));
  const usesHono = /hono/.test((await changes.read(entry)) ?? "");
  // Only Hono has a way to ask an app that does not listen.
  if (subject.kind === "server" && !usesHono) return;
  // Node cannot import an entry that exports a Durable Object.
  const hasObject = /cloudflare:workers|@pushmeter\/aggregator["']/.test((await changes.read(entry)) ?? "");
  if (hasObject && runner !== "vitest in workerd") return;
  const ending = extname(entry);
  const name =
    runner === "deno"
      ? `metrics_test${ending}`
      : `metrics.${runner.startsWith("vitest in") ? "spec" : "test"}${ending}`;
  const folder = runner === "jest" ? "tests/unit" : "test";
  const path = runner === "deno" ? name : posix.join(found.packageFolder, folder, name);
  if ((await changes.read(path)) !== undefined) return;
  if (runner === "vitest in workerd") await addVitestConfig(found, edit.style, changes);
  const from = await specifierOf(path, entry, found, changes);
  changes.set(
    path,
    testText({
      runner,
      subject: { ...subject, from } as Subject,
      metrics: await specifierOf(path, metrics, found, changes),
      style: edit.style,
      isTyped,
    }),
  );
}

/** Runs the tests in workerd, by the Worker's own configuration. */
async function addVitestConfig(
  { wrangler }: Found,
  style: Measured["style"],
  changes: Changes,
): Promise<void> {
  for (const path of VITEST_CONFIGS) if ((await changes.read(path)) !== undefined) return;
  const text = `import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
${style.indent}plugins: [cloudflareTest({ wrangler: { configPath: "./${wrangler?.file}" } })],
});
`;
  changes.set("vitest.config.mts", styled(text, style));
}
