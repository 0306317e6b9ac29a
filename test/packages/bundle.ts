/** Bundles a Worker as wrangler does and finds packages of which the bundle holds two copies. */
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { type BuildOptions, build } from "esbuild";

const gzip = promisify(gzipCallback);

const WRANGLER: BuildOptions = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2024",
  platform: "browser",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*", "cloudflare:*", "http", "url"],
};

export interface Bundle {
  /** Bytes, minified and compressed. */
  readonly gzip: number;
  /**
   * By folder, bytes before minification of each package that the bundle also holds from another folder, if the user
   * has an OpenTelemetry SDK beside pushmeter's.
   */
  readonly repeated: Readonly<Record<string, number>>;
}

/** Bundles `file` of the project in `folder`. */
export async function bundle(folder: string, file: string): Promise<Bundle> {
  const { outputFiles } = await build({
    ...WRANGLER,
    entryPoints: [join(folder, file)],
    write: false,
    minify: true,
  });
  const minified = outputFiles[0]?.contents ?? new Uint8Array();
  const contents = `export { MeterProvider } from "@opentelemetry/sdk-metrics"; export * from "./${file}";
    export { default } from "./${file}";`;
  const { metafile } = await build({ ...WRANGLER, stdin: { contents, resolveDir: folder }, metafile: true });
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return { gzip: (await gzip(minified, { level: 9 })).length, repeated: repeatedPackages(inputs) };
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
