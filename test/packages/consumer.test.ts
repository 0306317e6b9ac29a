/** What a user gets who installs the packages today: it compiles, it runs, and no bundle holds a second SDK. */
import { execFile } from "node:child_process";
import { access, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, reachedFiles } from "./bundle.ts";
import { type Packed, packAll, ROOT } from "./pack.ts";
import { createProject } from "./project.ts";

const run = promisify(execFile);

describe("a project that installs the packed packages", () => {
  let folder = "";
  let packages: Packed[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pushmeter-consumer-"));
    packages = await packAll(folder);
    await createProject(folder, packages);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("finds in each package a README whose links exist, the LICENSE, and maps that hold their sources", async () => {
    const license = await readFile(join(ROOT, "LICENSE"), "utf8");
    for (const { manifest } of packages) {
      const installed = join(folder, "node_modules", manifest.name);
      expect(await readFile(join(installed, "LICENSE"), "utf8")).toBe(license);
      const readme = await readFile(join(installed, "README.md"), "utf8");
      for (const [, path = ""] of readme.matchAll(/pushmeter\/(?:blob|tree)\/main\/([^)#]+)/g)) {
        await access(join(ROOT, path));
      }
      const files = await readdir(join(installed, "dist"), { recursive: true });
      for (const file of files.filter((file) => file.endsWith(".js"))) {
        const map = JSON.parse(await readFile(join(installed, "dist", `${file}.map`), "utf8"));
        expect(map.sourcesContent, file).toEqual([expect.stringMatching(/./)]);
      }
    }
  });

  it("finds in no package a module that no entry point needs, such as a test's", async () => {
    for (const { manifest } of packages) {
      const installed = join(folder, "node_modules", manifest.name);
      const { exports, bin = {} } = manifest;
      const entryPoints = JSON.stringify([exports, bin]).match(/(?:dist|bin)\/[^"]+\.js/g) ?? [];
      const reached = await reachedFiles(installed, [...new Set(entryPoints)]);
      for (const file of await readdir(join(installed, "dist"), { recursive: true })) {
        if (!file.endsWith(".js") || reached.has(`dist/${file}`)) continue;
        // A module of types is empty.
        const code = await readFile(join(installed, "dist", file), "utf8");
        expect(code, file).toMatch(
          /^(export \{\};|Object\.defineProperty\(exports, "__esModule".*;)\n\/\/# sourceMappingURL/m,
        );
      }
    }
  });

  it.each(["workers", "node", "commonjs", "web"])(
    "compiles for %s with skipLibCheck: false",
    async (platform) => {
      for (const { manifest, source } of platform === "workers" ? packages : []) {
        const readme = await readFile(join(source, "README.md"), "utf8");
        const [block = "export {};"] = codeBlocks(readme, "ts");
        await writeFile(join(folder, platform, `readme-${manifest.name.split("/").at(-1)}.ts`), block);
      }
      const tsc = join(ROOT, "node_modules/.bin/tsc");
      const { stdout } = await run(tsc, ["-p", join(folder, platform)]).catch((error) => error);
      expect(stdout).toBe("");
    },
  );

  it("counts in Node, unbundled", async () => {
    const { stdout } = await run(process.execPath, [join(folder, "node/counts.ts")]);
    expect(stdout).toBe("2 1\n");
  });

  it("runs the command pushmeter", async () => {
    const { stdout } = await run(join(folder, "node_modules/.bin/pushmeter"), ["--help"]);
    expect(stdout).toMatch(/^pushmeter COMMAND/);
  });

  it("counts in Node as CommonJS, as Lambda's runtime for Node 22 runs it", async () => {
    const flags = ["--no-experimental-require-module", join(folder, "commonjs/counts.cjs")];
    const { stdout } = await run(process.execPath, flags);
    expect(stdout).toBe("2 1 2 function\n");
  });

  it.each(["remote-write", "pushgateway", "otlp", "aggregator", "aggregator-main"])(
    "bundles no Node module and less than 1 kB of packages that are there already, with %s",
    async (destination) => {
      const { gzip, repeated, imports } = await bundle(folder, `workers/${destination}.ts`);
      const bytes = Object.values(repeated).reduce((sum, size) => sum + size, 0);
      console.log(`${destination}: ${gzip} bytes with gzip, of which a second copy, uncompressed: ${bytes}`);
      expect(bytes, JSON.stringify(repeated)).toBeLessThan(1000);
      expect(imports).toEqual([]);
    },
  );

  it.each(["aggregator", "aggregator-main"])(
    "bundles at most 1 kB more than with OTLP, with %s",
    async (name) => {
      const otlp = await bundle(folder, "workers/otlp.ts");
      const { gzip } = await bundle(folder, `workers/${name}.ts`);
      expect(gzip).toBeLessThanOrEqual(otlp.gzip + 1000);
    },
  );
});
