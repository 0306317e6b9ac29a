/** Checks the tarballs of all published packages with publint and attw. Prints one line, or every finding. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Packed, packAll, ROOT } from "./pack.ts";

/** What publint finds, suggestions included. */
async function publintFindings({ tarball }: Packed): Promise<string[]> {
  const { buffer } = new Uint8Array(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer } });
  return messages.map((message) => `publint: ${pkg.name}: ${formatMessage(message, pkg, { color: false })}`);
}

/** What attw finds. `require` is checked for the entry points that have CommonJS. */
async function attwFindings({ tarball, manifest }: Packed): Promise<string[]> {
  const names = Object.keys(manifest.exports);
  const isBoth = (name: string) => "require" in (manifest.exports[name] as object);
  const findings = [
    await attw(tarball, "node16", names.filter(isBoth)),
    await attw(
      tarball,
      "esm-only",
      names.filter((name) => !isBoth(name)),
    ),
  ];
  return findings.flat();
}

async function attw(tarball: string, profile: string, entryPoints: readonly string[]): Promise<string[]> {
  if (!entryPoints.length) return [];
  const program = join(ROOT, "node_modules/.bin/attw");
  const options = ["--profile", profile, "--no-color", "--format", "ascii"];
  try {
    await promisify(execFile)(program, [tarball, ...options, "--entrypoints", ...entryPoints]);
    return [];
  } catch (error) {
    return [`attw: ${(error as { readonly stdout?: string }).stdout || error}`];
  }
}

const folder = await mkdtemp(join(tmpdir(), "pushmeter-packages-"));
try {
  const packages = await packAll(folder);
  const findings = await Promise.all(packages.flatMap((one) => [publintFindings(one), attwFindings(one)]));
  for (const finding of findings.flat()) console.error(finding);
  if (findings.flat().length) process.exitCode = 1;
  else console.log(`${packages.length} packages`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
