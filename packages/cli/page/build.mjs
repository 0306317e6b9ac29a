// Builds the page into one file, dist/page.html: users build nothing, and the page loads nothing.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const file = (name) => new URL(name, import.meta.url);
const require = createRequire(import.meta.url);
const licence = await readFile(require.resolve("uplot/LICENSE"), "utf8");
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(file("main.ts"))],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // uPlot's licence stays with it, which esbuild does not see to.
  banner: { js: `/* uPlot: ${licence.replaceAll("*/", "")} */` },
  write: false,
});
const [script] = outputFiles.map(({ text }) => text);
const uplot = await readFile(require.resolve("uplot/dist/uPlot.min.css"), "utf8");
const style = await readFile(file("style.css"), "utf8");
const page = await readFile(file("index.html"), "utf8");
await writeFile(
  file("../dist/page.html"),
  page
    .replace("/*style*/", () => uplot + style)
    // Inside a script element the text must not end the element.
    .replace("/*script*/", () => script.replaceAll("</script", "<\\/script")),
);
