/** The form of README and docs/: one beginning for all pages, links that lead somewhere, commands that exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { NODE_PAGES, ROOT, read, WORKER_PAGES } from "./documents.ts";

const DOCS = readdirSync(join(ROOT, "docs"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`);
const ALL = ["README.md", "examples/worker/README.md", "examples/lambda/README.md", ...DOCS];
/** The pages that show how something is used. */
const GUIDES = [
  ...WORKER_PAGES,
  ...NODE_PAGES,
  "docs/testing.md",
  "docs/dashboards.md",
  "docs/cli.md",
].filter((page) => page !== "README.md");

describe.each(GUIDES)("%s", (page) => {
  it("begins with what it is for, an example, and a table of options", () => {
    const [beginning = "", second = ""] = read(page).split(/^## /m);
    expect(beginning).toMatch(/^# .+\n\n[A-Z][^#]+?\n\n```(ts|sh)\n/);
    expect(second).toMatch(/^Options\n/);
    expect(second).toMatch(/^\| .*\|\n\| -/m);
  });
});

describe.each(ALL)("%s", (page) => {
  const text = read(page).replace(/^```.*?^```/gms, "");

  it("has links that lead to files and headings", () => {
    const references = Array.from(text.matchAll(/^\[[^\]]+\]: (\S+)$/gm), ([, target = ""]) => target);
    const inline = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = ""]) => target);
    for (const target of [...references, ...inline]) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path ? join(ROOT, dirname(page), path) : join(ROOT, page);
      expect(existsSync(file), target).toBe(true);
      if (anchor) expect(anchorsOf(readFileSync(file, "utf8")), target).toContain(anchor);
    }
  });

  it("names npm commands that exist", () => {
    const code =
      read(page)
        .match(/^```.*?^```|`[^`]+`/gms)
        ?.join("\n") ?? "";
    const scripts = ["package.json", "examples/worker/package.json"].flatMap((file) =>
      Object.keys(JSON.parse(read(file)).scripts),
    );
    for (const [, name = ""] of code.matchAll(/\bnpm (?:run )?([\w:]+)/g)) {
      expect([...scripts, "pack", "install", "init"]).toContain(name);
    }
  });
});

it("the README links every page of docs/", () => {
  for (const page of DOCS) expect(read("README.md")).toContain(`(${page})`);
});

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
