/** The functions that are compared. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { type BundleSize, sizeOf } from "@pushmeter/testkit/bundle-size";

export interface Contender {
  readonly name: string;
  /** A file of `functions/`. */
  readonly file: string;
  /** prom-client and its successor are CommonJS and load Node's modules by `require`. */
  readonly format: "esm" | "cjs";
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is invoked as often as the bars need, time-outs included. */
  readonly own?: boolean;
  /** Whether it pushes nothing by itself. */
  readonly isLocal?: boolean;
}

export const BARE = "no metrics";
export const EXTENSION = "pushmeter, extension";
export const AWAITING = "pushmeter, awaiting";
export const PROM_CLIENT = "prom-client, Pushgateway";

export const CONTENDERS: readonly Contender[] = [
  { name: BARE, file: "bare", format: "esm", isLocal: true },
  { name: EXTENSION, file: "pushmeter", format: "esm", own: true },
  {
    name: AWAITING,
    file: "pushmeter",
    format: "esm",
    env: { PUSHMETER_LAMBDA_EXTENSION: "false" },
    own: true,
  },
  { name: PROM_CLIENT, file: "prom-client", format: "cjs" },
  { name: "@prometheus-io/client, Pushgateway", file: "prometheus-client", format: "cjs" },
  { name: "OpenTelemetry, OTLP", file: "opentelemetry", format: "esm" },
  { name: "Powertools, the log", file: "powertools", format: "esm", isLocal: true },
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
