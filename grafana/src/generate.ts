/** `npm run dashboards`: writes what `files.ts` says; with `--dialect NAME` the dashboards of one dialect only. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { generatedFiles } from "./files.ts";
import { DIALECTS } from "./query/dialect.ts";

const root = resolve(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { dialect: { type: "string" } } });
const dialects = DIALECTS.filter(({ name }) => name === (values.dialect ?? name));
if (!dialects.length) {
  throw new TypeError(`--dialect must be one of ${DIALECTS.map(({ name }) => name).join(", ")}`);
}

for (const [path, text] of generatedFiles(dialects)) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
