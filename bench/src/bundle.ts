/** One bundle, built as wrangler builds a Worker, and its size. */
import { builtinModules } from "node:module";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { build } from "esbuild";

const gzip = promisify(gzipCallback);

export interface BundleSize {
  /** Bytes, minified. */
  readonly minified: number;
  /** Bytes, minified and then compressed with gzip at level 9. */
  readonly gzip: number;
}

/** On Workers the runtime has these (`nodejs_compat`); hono is part of the user's app, whoever measures it. */
const EXTERNAL = [...builtinModules, "node:*", "cloudflare:*", "hono", "hono/*"];

/**
 * The size of what `code`, a TypeScript module, becomes with everything that it imports. Packages are looked up
 * as this one sees them.
 *
 * @throws what esbuild throws, for code that does not build.
 */
export async function bundleSize(code: string): Promise<BundleSize> {
  const contents = Buffer.from(await bundle(code));
  return { minified: contents.length, gzip: (await gzip(contents, { level: 9 })).length };
}

/** `code` with everything that it imports, minified. */
export async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: "ts", resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    minify: true,
    // wrangler 4's: format, target, platform and conditions.
    format: "esm",
    target: "es2024",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: EXTERNAL,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (!file) throw new Error("esbuild wrote nothing");
  return file.text;
}
