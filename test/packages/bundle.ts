/** Bundles a Worker as wrangler does and finds packages of which the bundle holds two copies. */
import { join } from "node:path";
import { bundleWorker, WRANGLER } from "@pushmeter/testkit/bundle";
import { sizeOf } from "@pushmeter/testkit/bundle-size";
import { build } from "esbuild";

export interface Bundle {
  /** Bytes, minified and compressed. */
  readonly gzip: number;
  /**
   * By folder, bytes before minification of each package that the bundle also holds from another folder, if the user
   * has an OpenTelemetry SDK beside pushmeter's.
   */
  readonly repeated: Readonly<Record<string, number>>;
  /** What the runtime has to provide, such as Node's modules. */
  readonly imports: readonly string[];
}

/** Bundles `file` of the project in `folder`. */
export async function bundle(folder: string, file: string): Promise<Bundle> {
  const minified = await bundleWorker({ file: join(folder, file) }, { minify: true });
  const contents = `export { MeterProvider } from "@opentelemetry/sdk-metrics"; export * from "./${file}";
    export { default } from "./${file}";`;
  const { metafile } = await build({
    ...WRANGLER,
    stdin: { contents, resolveDir: folder },
    write: false,
    metafile: true,
  });
  const outputs = Object.values(metafile.outputs);
  const inputs = outputs.flatMap(({ inputs }) => Object.entries(inputs));
  const imports = outputs.flatMap(({ imports }) => imports.map(({ path }) => path));
  const { gzip } = await sizeOf(Buffer.from(minified));
  return { gzip, repeated: repeatedPackages(inputs), imports };
}

function repeatedPackages(inputs: readonly (readonly [string, { bytesInOutput: number }])[]) {
  const sizes = new Map<string, Map<string, number>>();
  for (const [path, { bytesInOutput }] of inputs) {
    const [, folder, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path) ?? [];
    if (!folder || !name) continue;
    const copies = sizes.get(name) ?? new Map();
    sizes.set(name, copies.set(folder, (copies.get(folder) ?? 0) + bytesInOutput));
  }
  const repeated: Record<string, number> = {};
  for (const copies of sizes.values()) {
    const [, ...others] = [...copies].sort(([, a], [, b]) => b - a);
    for (const [folder, size] of others) repeated[folder.slice(folder.indexOf("node_modules/"))] = size;
  }
  return repeated;
}

/** The files of the installed package in `folder` that importing `entryPoints` reads, on the edge and on Node. */
export async function reachedFiles(folder: string, entryPoints: readonly string[]): Promise<Set<string>> {
  const reached = new Set<string>();
  for (const platform of ["browser", "node"] as const) {
    const { metafile } = await build({
      entryPoints: entryPoints.map((path) => join(folder, path)),
      absWorkingDir: folder,
      outdir: folder,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform,
      packages: "external",
    });
    for (const path of Object.keys(metafile.inputs)) reached.add(path);
  }
  return reached;
}
