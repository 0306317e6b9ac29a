/** `--write`: the tables of docs/benchmarks.md, each between two comments that name its part. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Result } from "./part.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = join(ROOT, "docs/benchmarks.md");
/** Packages whose versions decide about the figures. */
const PEERS = ["@hono/otel", "@hono/prometheus", "@opentelemetry/sdk-metrics", "hono", "prom-client"];

/** Replaces the tables of the parts that ran; the others stay as they are. */
export async function writeDocument(results: Readonly<Record<string, Result>>, date: Date): Promise<void> {
  let page = await readFile(PAGE, "utf8");
  for (const [name, result] of Object.entries(results)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [before, rest = ""] = page.split(begin);
    const [, after] = rest.split(end);
    if (after === undefined) throw new Error(`docs/benchmarks.md has no comments ${begin} and ${end}`);
    page = [before, begin, "\n\n", await section(name, result, date), "\n\n", end, after].join("");
  }
  await writeFile(PAGE, page);
}

async function section(name: string, { rows, notes, bars }: Result, date: Date): Promise<string> {
  const [header = [], ...body] = rows;
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "bench/package.json"), "utf8"));
  const versions = PEERS.map((peer) => `${peer} ${dependencies[peer]}`).join(", ");
  return [
    row(header),
    row(header.map((_, column) => (column ? "---:" : "---"))),
    ...body.map(row),
    "",
    notes.join(" "),
    "",
    ...bars.map((bar) => `- ${bar.met ? "Met" : "**Missed**"}: ${bar.name}: ${bar.figures}.`),
    "",
    `Measured on ${date.toISOString().slice(0, 10)} with Node ${process.versions.node}, ${versions}. ` +
      `Repeat: \`npm run bench -- --only ${name} --write\`.`,
  ].join("\n");
}
