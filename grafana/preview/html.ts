/** The page that draws a dashboard with Grafana's components from npm, bundled once for all dashboards. */
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Preview } from "./answers.ts";

/** What the pages load, by path. */
export type Assets = ReadonlyMap<string, string>;

/**
 * These are CommonJS with `exports.default`, and `@grafana/ui` imports their default from `.mjs` files: as Node does
 * it, esbuild would then take the whole of `exports` for the default.
 */
const WITH_DEFAULT =
  /^(?:react-custom-scrollbars-2|react-highlight-words|calculate-size|react-loading-skeleton)$/;

const defaults: Plugin = {
  name: "defaults",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: WITH_DEFAULT }, ({ path, importer }) =>
      importer.endsWith(".mjs") ? { path, namespace: "default" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "default" }, ({ path }) => ({
      contents: `const all = require("${path}"); module.exports = all.default ?? all;`,
      resolveDir: import.meta.dirname,
      loader: "js",
    }));
  },
};

export async function buildPage(): Promise<Assets> {
  const folder = join(import.meta.dirname, "page");
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main.tsx")],
    bundle: true,
    minify: true,
    format: "esm",
    jsx: "automatic",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    // An editor, which no panel uses, brings a font.
    loader: { ".ttf": "empty" },
    plugins: [defaults],
    write: false,
    outdir: folder,
    logLevel: "error",
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return new Map([
    ["/page.js", text(".js")],
    ["/page.css", text(".css")],
  ]);
}

export function html(preview: Preview): string {
  // Inside a script element the text must not end the element.
  const data = JSON.stringify(preview).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${preview.title}</title><link rel="stylesheet" href="/page.css"></head>
<body><script>const preview = ${data};</script><script type="module" src="/page.js"></script></body>
</html>
`;
}
