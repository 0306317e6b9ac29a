/** Bundles the example as `sam build` does. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const EXAMPLE = join(import.meta.dirname, "..");

/** @returns the folder that the function runs from. */
export async function bundle(): Promise<string> {
  const folder = join(EXAMPLE, ".cache/demo");
  await rm(folder, { recursive: true, force: true });
  await build({
    entryPoints: [join(EXAMPLE, "src/index.ts")],
    outfile: join(folder, "index.mjs"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    logLevel: "warning",
  });
  return folder;
}
