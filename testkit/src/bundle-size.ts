import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { bundleWorker, type Source } from "./bundle.ts";

const gzip = promisify(gzipCallback);

/** Bytes. */
export interface BundleSize {
  readonly minified: number;
  /** Minified and compressed with gzip at level 9. */
  readonly gzip: number;
}

/** The size of a Worker without hono, which is part of the user's app with and without metrics. */
export async function workerSize(source: Source): Promise<BundleSize> {
  return sizeOf(Buffer.from(await bundleWorker(source, { minify: true, external: ["hono", "hono/*"] })));
}

export async function sizeOf(contents: Uint8Array): Promise<BundleSize> {
  return { minified: contents.length, gzip: (await gzip(contents, { level: 9 })).length };
}
