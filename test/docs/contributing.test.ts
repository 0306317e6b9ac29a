/** CONTRIBUTING.md and the pages beside it name what exists. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = ["CONTRIBUTING.md", "SECURITY.md", ".changeset/README.md"];
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

it.each(PAGES)("%s links files, and names commands, that exist", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8");
  const links = Array.from(text.matchAll(/\]\(([^)#]+)/g), ([, link = ""]) => link);
  for (const link of links.filter((link) => !link.startsWith("https:"))) {
    expect(existsSync(join(ROOT, page, "..", link)), link).toBe(true);
  }
  const paths = Array.from(text.matchAll(/\b((?:packages|scripts)\/[\w./-]+\w)/g), ([, path = ""]) => path);
  for (const path of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
  const commands = Array.from(text.matchAll(/\bnpm run ([\w:]+)/g), ([, name = ""]) => name);
  for (const name of commands) expect(scripts, name).toHaveProperty([name]);
});
