import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../read/dashboards.ts";
import { generatedFiles } from "../src/files.ts";

describe("generated files", () => {
  const files = generatedFiles();

  it.each([...files.keys()])("%s is what the sources say; else run npm run dashboards", (path) => {
    expect(readFileSync(join(ROOT, path), "utf8")).toBe(files.get(path));
  });

  it("stand alone in their folders: none is left over from sources that are gone", () => {
    const folders = new Set([...files.keys()].map(dirname));
    for (const folder of folders) {
      const names = readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
      expect(names.sort()).toEqual([...files.keys()].filter((path) => dirname(path) === folder).sort());
    }
  });
});
