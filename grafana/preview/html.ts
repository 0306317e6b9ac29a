import { join } from "node:path";
import { build } from "esbuild";
import type { Preview } from "./answers.ts";

export interface Assets {
  readonly script: string;
  readonly style: string;
}

export async function buildPage(): Promise<Assets> {
  const folder = join(import.meta.dirname, "page");
  const { outputFiles } = await build({
    stdin: {
      contents: 'import "./main.ts"; import "uplot/dist/uPlot.min.css"; import "./style.css";',
      resolveDir: folder,
    },
    bundle: true,
    minify: true,
    write: false,
    outdir: folder,
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return { script: text(".js"), style: text(".css") };
}

export function html(preview: Preview, { script, style }: Assets): string {
  // Inside a script element the text must not end the element.
  const data = JSON.stringify(preview).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${preview.title}</title><style>${style}</style></head>
<body><script>const preview = ${data};</script><script>${script}</script></body>
</html>
`;
}
