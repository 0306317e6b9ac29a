/** `npm run dashboards`: writes what `files.ts` says. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { generatedFiles } from "./files.ts";

const root = resolve(import.meta.dirname, "../..");

for (const [path, text] of generatedFiles()) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
