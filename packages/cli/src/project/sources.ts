/** The modules of the user's own that an entry reaches by imports. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse, type Source } from "../source/parse.ts";
import { modulesOf } from "../source/syntax.ts";

/** Enough for what wires a project up. */
const MOST_FILES = 500;
const LARGEST_FILE = 1_000_000;
const ENDINGS = ["", ".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", "/index.ts", "/index.tsx", "/index.js"];

/** The entry first. Files that cannot be read or parsed are left out. */
export async function readSources(entry: string): Promise<Source[]> {
  const sources: Source[] = [];
  const seen = new Set<string>();
  const waiting = [entry];
  for (
    let path = waiting.shift();
    path !== undefined && sources.length < MOST_FILES;
    path = waiting.shift()
  ) {
    const source = await readSource(path, seen);
    if (!source) continue;
    sources.push(source);
    for (const name of modulesOf(source)) {
      if (name.startsWith(".")) waiting.push(join(dirname(source.path), name));
    }
  }
  return sources;
}

async function readSource(path: string, seen: Set<string>): Promise<Source | undefined> {
  // In TypeScript `./app.js` may be app.ts.
  const typed = path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  for (const candidate of new Set([...ENDINGS.map((ending) => path + ending), typed])) {
    if (seen.has(candidate)) return undefined;
    const text = /\.[cm]?[jt]sx?$/.test(candidate)
      ? await readFile(candidate, "utf8").catch(() => undefined)
      : undefined;
    if (text === undefined || text.length > LARGEST_FILE) continue;
    seen.add(candidate);
    return parse(candidate, text);
  }
  return undefined;
}
