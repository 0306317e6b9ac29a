/** Folders in the user's cache that are made once per machine. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * @param name - of the folder below `$XDG_CACHE_HOME/pushmeter`, default `~/.cache/pushmeter`.
 * @param fill - writes the contents into an empty folder; called only if the cache does not have them.
 * @returns the folder.
 */
export async function cached(name: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pushmeter", name);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  // Processes that fill it at the same time use temporary folders, of which the first to be ready stays.
  const temporary = await mkdtemp(`${folder}-`);
  try {
    await fill(temporary);
    await rename(temporary, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}
