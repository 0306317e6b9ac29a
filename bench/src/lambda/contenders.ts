/** The functions that are compared, bundled as `sam build` does. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { build } from "esbuild";

const gzip = promisify(gzipCallback);

export interface Contender {
  readonly name: string;
  /** A file of `functions/`. */
  readonly file: string;
  /** prom-client is CommonJS and asks for Node's modules by `require`. */
  readonly format: "esm" | "cjs";
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is invoked often enough to tell its time-outs, too. */
  readonly own?: boolean;
}

export const CONTENDERS: readonly Contender[] = [
  { name: "no metrics", file: "bare", format: "esm" },
  { name: "pushmeter, extension", file: "pushmeter", format: "esm", own: true },
  {
    name: "pushmeter, awaiting",
    file: "pushmeter",
    format: "esm",
    env: { PUSHMETER_LAMBDA_EXTENSION: "false" },
    own: true,
  },
  { name: "prom-client, Pushgateway", file: "prom-client", format: "cjs" },
];

export interface Bundle {
  readonly directory: string;
  readonly minified: number;
  readonly gzip: number;
}

/** @param folder - gets a folder of the bundle's. */
export async function bundle({ file, format }: Contender, folder: string): Promise<Bundle> {
  const directory = join(folder, file);
  await mkdir(directory, { recursive: true });
  const outfile = join(directory, format === "esm" ? "index.mjs" : "index.cjs");
  await build({
    entryPoints: [join(import.meta.dirname, `functions/${file}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    format,
    platform: "node",
    target: "node24",
    logLevel: "silent",
  });
  const contents = await readFile(outfile);
  return { directory, minified: contents.length, gzip: (await gzip(contents, { level: 9 })).length };
}
