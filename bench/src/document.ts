/** `--write`: the tables of docs/benchmarks.md, each between two comments that name its part. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { sectionOf, withSection } from "@pushmeter/testkit/markdown";
import { rowsOf } from "./bars.ts";
import type { Result } from "./part.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = join(ROOT, "docs/benchmarks.md");

/** @throws Error if the page has no place for one of the parts. */
export async function checkDocument(parts: readonly string[]): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  for (const part of parts) sectionOf(page, part);
}

/** Replaces the tables of the parts that ran; the others stay as they are. */
export async function writeDocument(results: Readonly<Record<string, Result>>, date: Date): Promise<void> {
  let page = await readFile(PAGE, "utf8");
  for (const [part, result] of Object.entries(results)) {
    page = withSection(page, part, await section(part, result, date));
  }
  await writeFile(PAGE, page);
  // Lint wants the columns of tables aligned.
  await promisify(execFile)(join(ROOT, "node_modules/.bin/biome"), ["format", "--write", PAGE], {
    cwd: ROOT,
  });
}

async function section(part: string, { rows, notes, bars }: Result, date: Date): Promise<string> {
  return [
    ...table(rows),
    "",
    ...notes.map((note) => `- ${note}`),
    "",
    ...(bars.length ? [...table(rowsOf(bars), 3), ""] : []),
    `Measured on ${date.toISOString().slice(0, 10)} with Node ${process.versions.node}` +
      `${(await versions()).map((version) => `, ${version}`).join("")}.`,
    `Repeat: \`npm run bench -- --only ${part} --write\`.`,
  ].join("\n");
}

/** @param texts - how many columns are text, aligned left. */
function table([header = [], ...body]: readonly (readonly string[])[], texts = 1): string[] {
  const row = (cells: readonly string[]) => `| ${header.map((_, i) => cells[i] ?? "").join(" | ")} |`;
  return [row(header), row(header.map((_, i) => (i < texts ? "---" : "---:"))), ...body.map(row)];
}

/** Of everything that is compared: the bench names exact versions. */
async function versions(): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "bench/package.json"), "utf8"));
  return Object.entries(dependencies)
    .filter(([name]) => !name.startsWith("@pushmeter/"))
    .map(([name, version]) => `${name} ${version}`);
}
