/** The live page, in one file that the build has made. */
import { readFile } from "node:fs/promises";

export function readPage(): Promise<string> {
  return readFile(new URL("../../dist/page.html", import.meta.url), "utf8");
}
