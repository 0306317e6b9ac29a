/** Bundles a Worker as wrangler does it. */
import { build } from "esbuild";

/** The script of what `file` imports, all in one. */
export async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*", "http", "url"],
  });
  return outputFiles[0]?.text ?? "";
}
