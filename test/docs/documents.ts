/** The README and the pages of docs/, and their code blocks as files. */
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";

export const ROOT = join(import.meta.dirname, "../..");

/** Pages whose code runs on Cloudflare, and pages whose code runs on Node. */
export const WORKER_PAGES = ["README.md", "docs/workers.md", "docs/aggregator.md"];
export const NODE_PAGES = [
  "docs/servers.md",
  "docs/aggregator-server.md",
  "docs/collectors.md",
  "docs/lambda.md",
  "docs/destinations.md",
  "docs/metrics.md",
  "docs/limits.md",
  "docs/migrating.md",
];

export interface Block {
  /** The path in its first line, `// src/index.ts`. Empty if it has none. */
  readonly path: string;
  readonly text: string;
}

export function read(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

export function blocks(page: string, language: string): Block[] {
  return codeBlocks(read(page), language).map((text) => ({
    path: /^\/\/ (\S+\.\w+)/.exec(text)?.[1] ?? "",
    text,
  }));
}

/** The text of the page's block with this path. */
export function block(page: string, path: string): string {
  const [language = ""] = path.split(".").slice(-1);
  const found = blocks(page, language).find((one) => one.path === path);
  if (!found) throw new Error(`${page} has no block ${path}`);
  return found.text;
}

/** The names that a text has in backticks, without what follows them, such as `(request)` or `="http"`. */
export function codes(text: string): string[] {
  return Array.from(text.matchAll(/`(\w+)(?:\(.*?\)|="\w+")?`/g), ([, code = ""]) => code);
}

/**
 * Writes a page's TypeScript and configuration as the files that they name, with the `src/metrics.ts` of
 * docs/metrics.md where the page has none. In the test's workspace, so that packages are found.
 *
 * @returns the folder; the caller removes it.
 */
export async function writeBlocks(page: string): Promise<string> {
  const cache = join(ROOT, "test/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "docs-"));
  const metrics = { path: "src/metrics.ts", text: block("docs/metrics.md", "src/metrics.ts") };
  // A file of the page's replaces the one that comes before it.
  for (const { path, text } of [metrics, ...blocks(page, "ts"), ...blocks(page, "jsonc")]) {
    if (!path) continue;
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}
