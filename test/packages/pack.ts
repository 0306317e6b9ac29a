/** The published packages, as `npm publish` would upload them. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
export const ROOT = join(import.meta.dirname, "../..");

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface Packed {
  readonly manifest: Manifest;
  /** The package's folder in this repository. */
  readonly source: string;
  /** The tarball's path. */
  readonly tarball: string;
}

/** What `npm pack --json` says of a tarball. */
interface Entry {
  readonly name: string;
  readonly filename: string;
}

/** Packs every package of `packages/` that is not private into `folder`. They have to be built. */
export async function packAll(folder: string): Promise<Packed[]> {
  const sources = (await readdir(join(ROOT, "packages"))).map((name) => join(ROOT, "packages", name));
  const published: Omit<Packed, "tarball">[] = [];
  for (const source of sources) {
    const manifest: Manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
    if (manifest.private) continue;
    await removeStale(source);
    published.push({ manifest, source });
  }
  const workspaces = published.flatMap(({ source }) => ["--workspace", source]);
  const pack = ["pack", "--json", "--pack-destination", folder, ...workspaces];
  const { stdout } = await run("npm", pack, { cwd: ROOT, maxBuffer: 1e8 });
  const entries: Entry[] = Object.values(JSON.parse(stdout));
  return published.map((one) => {
    const entry = entries.find(({ name }) => name === one.manifest.name);
    if (!entry) throw new Error(`npm pack has not packed ${one.manifest.name}`);
    return { ...one, tarball: join(folder, entry.filename) };
  });
}

/** Removes what earlier builds have left and the build no longer writes: turbo restores one build over another. */
async function removeStale(source: string): Promise<void> {
  const modules = new Set([
    ...(await modulesOf(source, "tsconfig.build.json")),
    ...(await modulesOf(source, "tsconfig.cjs.json")).map((file) => join("cjs", file)),
  ]);
  for (const file of await readdir(join(source, "dist"), { recursive: true })) {
    const [, name] = /^(.*?)(?:\.d)?\.[jt]s(?:\.map)?$/.exec(file) ?? [];
    if (name && !modules.has(`${name}.ts`)) await rm(join(source, "dist", file), { force: true });
  }
}

/** The modules that a build compiles; none if the package has no such build. */
async function modulesOf(source: string, config: string): Promise<string[]> {
  if (!existsSync(join(source, config))) return [];
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const { stdout } = await run(tsc, ["-p", join(source, config), "--listFilesOnly"]);
  return stdout.split("\n").map((file) => relative(join(source, "src"), file));
}
