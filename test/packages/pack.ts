/** The published packages, as `npm publish` would upload them. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export const ROOT = join(import.meta.dirname, "../..");

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
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
    if (!manifest.private) published.push({ manifest, source });
  }
  const workspaces = published.flatMap(({ source }) => ["--workspace", source]);
  const pack = ["pack", "--json", "--pack-destination", folder, ...workspaces];
  const { stdout } = await promisify(execFile)("npm", pack, { cwd: ROOT, maxBuffer: 1e8 });
  const entries: Entry[] = Object.values(JSON.parse(stdout));
  return published.map((one) => {
    const entry = entries.find(({ name }) => name === one.manifest.name);
    if (!entry) throw new Error(`npm pack has not packed ${one.manifest.name}`);
    return { ...one, tarball: join(folder, entry.filename) };
  });
}
