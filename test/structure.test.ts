/** Who may import whom. Each finding names the line. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, matchesGlob, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const WORKSPACES = ["packages/*", "examples/*", "testkit", "test", "bench", "grafana"];
/** Only their own files import from these folders. */
const PRIVATE_FOLDERS = ["test", "demo", "preview"];
const PRIVATE_WORKSPACES = /^@pushmeter\/(?:test|bench|grafana|example-\w+)(?:\/|$)/;

interface Import {
  /** `path:line`, and the imported name. */
  readonly where: string;
  /** From the root, with slashes. */
  readonly file: string;
  /** As the import states it. */
  readonly name: string;
  /** The imported file from the root; undefined for a package. */
  readonly target: string | undefined;
}

const files = globSync(`{${WORKSPACES.join()}}/**/*.{ts,mjs}`, {
  cwd: ROOT,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist|\.\w+)$/.test(path),
});
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  // Static and dynamic imports, and exports from other files.
  const pattern = /(?:^(?:import|export)(?:\s+type)?(?:[\s\w{},*$]*\bfrom)?\s*|\bimport\()"([^"\n]+)"/gm;
  return Array.from(text.matchAll(pattern), (match) => {
    const [, name = ""] = match;
    const end = match.index + match[0].length;
    const line = text.slice(0, end).split("\n").length;
    const target = name.startsWith(".") ? normalize(join(dirname(file), name)) : undefined;
    return { where: `${file}:${line} imports ${name}`, file, name, target };
  });
}

function workspaceOf(file: string): string {
  return file
    .split("/")
    .slice(0, /^(packages|examples)\//.test(file) ? 2 : 1)
    .join("/");
}

/** Published with a package: what its build does not exclude. */
function isShipped(file: string): boolean {
  if (!file.startsWith("packages/")) return false;
  const workspace = workspaceOf(file);
  const { exclude } = JSON.parse(readFileSync(join(ROOT, workspace, "tsconfig.build.json"), "utf8"));
  const path = file.slice(workspace.length + 1);
  return !(exclude as string[]).some(
    (pattern) => matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`),
  );
}

const where = (found: readonly Import[]) => found.map((one) => one.where);

describe("imports", () => {
  it("are found, in many files", () => {
    expect(imports.length).toBeGreaterThan(files.length);
    for (const workspace of ["packages/sdk", "examples/worker", "testkit", "test", "bench", "grafana"]) {
      expect(imports.filter(({ file }) => workspaceOf(file) === workspace)).not.toEqual([]);
    }
  });

  it("by path stay in their workspace", () => {
    expect(
      where(imports.filter(({ file, target }) => target && workspaceOf(target) !== workspaceOf(file))),
    ).toEqual([]);
  });

  it("name no workspace of tests, benches, previews or demos", () => {
    expect(where(imports.filter(({ name }) => PRIVATE_WORKSPACES.test(name)))).toEqual([]);
  });

  it.each(PRIVATE_FOLDERS)("of files in a folder %s come from the same folder only", (folder) => {
    const inside = new RegExp(`^(.*/)?${folder}/`);
    expect(
      where(
        imports.filter(({ file, target }) => {
          const [path] = inside.exec(target ?? "") ?? [];
          return path !== undefined && !file.startsWith(path);
        }),
      ),
    ).toEqual([]);
  });

  it("of published code name no tests and no testkit", () => {
    expect(
      where(
        imports.filter(
          ({ file, name, target }) =>
            isShipped(file) && (name.startsWith("@pushmeter/testkit") || (target && !isShipped(target))),
        ),
      ),
    ).toEqual([]);
  });

  it("form no circle", () => {
    const targets = Map.groupBy(imports, ({ file }) => file);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      if (done.has(file) || path.includes(file)) return;
      for (const { target } of targets.get(file) ?? []) if (target) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});
