/** Functions for tests, bundled as users bundle theirs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

/** A folder that holds `functions/<name>.ts` as `index.mjs` or, for CommonJS, `index.cjs`. */
export function bundle(name: string, format: "esm" | "cjs" = "esm"): Promise<string> {
  return write({ entryPoints: [join(import.meta.dirname, `functions/${name}.ts`)] }, format);
}

/** The same for code that is in no file. */
export function bundleCode(contents: string): Promise<string> {
  return write({ stdin: { contents, loader: "ts", resolveDir: import.meta.dirname } }, "esm");
}

async function write(entry: BuildOptions, format: "esm" | "cjs"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-lambda-"));
  await build({
    ...entry,
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
