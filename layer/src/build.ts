/** `npm run layer`: writes what goes to /opt into layer/dist. */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** @param folder - is emptied first. */
export async function buildLayer(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(join(ROOT, "opt"), folder, { recursive: true });
  await build({
    entryPoints: [join(ROOT, "src/handler.ts"), join(ROOT, "src/extension.ts")],
    outdir: join(folder, "pushmeter-layer"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22",
    logLevel: "warning",
    // What is CommonJS among the dependencies requires Node's modules.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
}

if (import.meta.main) {
  const folder = join(ROOT, "dist");
  await buildLayer(folder);
  console.log(`${folder} is the layer's content: zip it, or name it in your template`);
}
