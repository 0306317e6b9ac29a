// Finishes the CommonJS build of the package in the current folder, dist/cjs: marks it as such, and resolves the
// package's `imports`, which Node looks for in the nearest package.json. CommonJS runs in Node, so it takes Node's.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const FOLDER = "dist/cjs";
const { imports = {}, sideEffects } = JSON.parse(readFileSync("package.json", "utf8"));

for (const file of readdirSync(FOLDER, { recursive: true }).filter((file) => file.endsWith(".js"))) {
  const path = join(FOLDER, file);
  const code = readFileSync(path, "utf8");
  const resolved = code.replace(/require\("(#\w+)"\)/g, (_, name) => {
    const target = imports[name].node.replace("./dist/", `${FOLDER}/`);
    const from = relative(dirname(path), target);
    return `require("${from.startsWith(".") ? from : `./${from}`}")`;
  });
  if (resolved !== code) writeFileSync(path, resolved);
}
writeFileSync(
  join(FOLDER, "package.json"),
  `${JSON.stringify({ type: "commonjs", sideEffects }, null, 2)}\n`,
);
