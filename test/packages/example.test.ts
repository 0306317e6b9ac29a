/** examples/lambda is a project of its own: it installs, compiles and builds outside of this repository. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { packAll, ROOT } from "./pack.ts";

const run = promisify(execFile);

it("examples/lambda builds as its template says, with the packed packages", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-example-"));
  try {
    const source = join(ROOT, "examples/lambda");
    const isOwn = (path: string) => !["demo", "node_modules"].includes(basename(path));
    const project = join(folder, "courses");
    await cp(source, project, { recursive: true, filter: isOwn });
    const packages = await packAll(folder);
    const dependencies = Object.keys(
      JSON.parse(await readFile(join(source, "package.json"), "utf8")).dependencies,
    );
    const tarballs = packages
      .filter(({ manifest }) => dependencies.includes(manifest.name))
      .map(({ tarball }) => tarball);
    expect(tarballs).toHaveLength(2);
    const install = ["install", "--ignore-scripts", "--prefer-offline", "--loglevel=error", ...tarballs];
    await run("npm", install, { cwd: project });
    const { stdout } = await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", project]).catch(
      (error) => error,
    );
    expect(stdout).toBe("");

    const template = await readFile(join(source, "template.yaml"), "utf8");
    const property = (name: string) =>
      new RegExp(`^ +${name}: \\[?([^\\]\\n]+)`, "m").exec(template)?.[1] ?? "";
    const options = [
      "bundle",
      "platform=node",
      `format=${property("Format")}`,
      `target=${property("Target")}`,
    ];
    const [ending = "", extension = ""] = property("OutExtension").split("=");
    options.push(`outdir=dist`, `out-extension:${ending}=${extension}`);
    const esbuild = join(ROOT, "node_modules/.bin/esbuild");
    const flags = options.map((option) => `--${option}`);
    await run(esbuild, [property("EntryPoints"), ...flags], { cwd: project });
    const { handler } = await import(join(project, `dist/index${extension}`));
    expect(handler).toBeTypeOf("function");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
