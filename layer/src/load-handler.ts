/** Loads a function's handler as Lambda's Node.js runtime does. */
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

type Handler = (...args: never[]) => unknown;

/**
 * @param root - the function's folder.
 * @param name - file and export, such as `src/index.handler` or `index.api.get`.
 * @throws Error if there is no such file or export, and what the file throws.
 */
export async function loadHandler(root: string, name: string): Promise<Handler> {
  const [file = "", ...path] = basename(name).split(".");
  const stem = resolve(root, dirname(name), file);
  const found = ["", ".js", ".mjs", ".cjs"].map((ending) => stem + ending).find(existsSync);
  if (!found) throw new Error(`pushmeter: the handler ${name} has no file ${stem}.js, .mjs or .cjs`);
  const module: Record<string, unknown> = await import(pathToFileURL(found).href);
  // A CommonJS module's exports may be found in `default` alone.
  for (const exports of [module, module.default]) {
    let value: unknown = exports;
    for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
    if (typeof value === "function") return value as Handler;
  }
  throw new Error(`pushmeter: ${found} exports no function ${path.join(".")}`);
}
