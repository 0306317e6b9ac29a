/** The functions that are compared. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { type BundleSize, sizeOf } from "@pushmeter/testkit/bundle-size";

export interface Contender {
  readonly name: string;
  /** A file of `functions/`. */
  readonly file: string;
  /** prom-client is CommonJS and loads Node's modules by `require`. */
  readonly format: "esm" | "cjs";
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is invoked as often as the bars need, time-outs included. */
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

export interface Bundle extends BundleSize {
  readonly directory: string;
}

/** @param folder - gets a folder for the bundle. */
export async function bundle({ file, format }: Contender, folder: string): Promise<Bundle> {
  const source = { file: join(import.meta.dirname, `functions/${file}.ts`) };
  const directory = await bundleLambda(source, { folder: join(folder, file), format, minify: true });
  const contents = await readFile(join(directory, format === "esm" ? "index.mjs" : "index.cjs"));
  return { directory, ...(await sizeOf(contents)) };
}
