/** Node 22, for functions of Lambda's runtime nodejs22.x: npm's package `node`, installed when it is first needed. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../cache.ts";

const VERSION = "22.23.3";

/** The program. */
export async function node22(): Promise<string> {
  const folder = await cached(`node-${VERSION}`, async (folder) => {
    // The package's script fetches the program.
    const manifest = { private: true, allowScripts: { node: true } };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    await promisify(execFile)("npm", ["install", "--loglevel=error", `node@${VERSION}`], { cwd: folder });
  });
  return join(folder, "node_modules/node/bin/node");
}
