/** Functions for tests, bundled as users bundle theirs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

/** A folder that holds `functions/<name>.ts` as `index.mjs` or, for CommonJS, `index.cjs`. */
export async function bundle(name: string, format: "esm" | "cjs" = "esm"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-lambda-"));
  await build({
    entryPoints: [join(import.meta.dirname, `functions/${name}.ts`)],
    outfile: join(folder, format === "esm" ? "index.mjs" : "index.cjs"),
    bundle: true,
    format,
    platform: "node",
    target: "node24",
    logLevel: "warning",
  });
  return folder;
}

export const remove = (folder: string) => rm(folder, { recursive: true, force: true });
