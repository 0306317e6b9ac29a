/** Bundles code as users' tools do: a Worker as wrangler 4, a Lambda as `sam build`. */
import { mkdtemp } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

/** A file, or TypeScript whose imports are looked up from a folder. */
export type Source = { readonly file: string } | { readonly code: string; readonly from: string };

export interface WorkerOptions {
  /** Default false. */
  readonly minify?: boolean;
  /** Packages that are left out, besides Node's modules and workerd's, which the runtime has. */
  readonly external?: readonly string[];
}

export interface LambdaOptions {
  /** Gets `index.mjs` or `index.cjs`. Default: a temporary folder, which the caller removes. */
  readonly folder?: string;
  /** Default `"esm"`. */
  readonly format?: "esm" | "cjs";
  /** Default false. */
  readonly minify?: boolean;
  /** Packages that are left out: CommonJS does not run in an ES module. */
  readonly external?: string[];
}

/** As wrangler 4 calls esbuild. Node's modules and workerd's are in the runtime. */
export const WRANGLER = {
  bundle: true,
  format: "esm",
  target: "es2024",
  platform: "browser",
  conditions: ["workerd", "worker", "browser"],
  external: [...builtinModules, "node:*", "cloudflare:*"],
  logLevel: "silent",
} satisfies BuildOptions;

/**
 * One module with everything that the source imports.
 *
 * @throws what esbuild throws for code that does not build.
 */
export async function bundleWorker(source: Source, options: WorkerOptions = {}): Promise<string> {
  const { minify = false, external = [] } = options;
  const { outputFiles } = await build({
    ...WRANGLER,
    ...entry(source),
    write: false,
    minify,
    external: [...WRANGLER.external, ...external],
  });
  return outputFiles[0]?.text ?? "";
}

/** @returns the folder of the function. */
export async function bundleLambda(source: Source, options: LambdaOptions = {}): Promise<string> {
  const { format = "esm", minify = false, external = [] } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "pushmeter-lambda-")));
  await build({
    ...entry(source),
    outfile: join(folder, format === "esm" ? "index.mjs" : "index.cjs"),
    bundle: true,
    external,
    minify,
    format,
    platform: "node",
    target: "node24",
    logLevel: "silent",
  });
  return folder;
}

function entry(source: Source): BuildOptions {
  if ("file" in source) return { entryPoints: [source.file] };
  return { stdin: { contents: source.code, loader: "ts", resolveDir: source.from } };
}
