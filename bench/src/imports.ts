/** What each import of pushmeter's packages brings into a bundle. */
import { importSizes } from "@pushmeter/testkit/import-sizes";
import { count } from "./bars.ts";
import type { Progress, Result } from "./part.ts";

export async function imports(progress: Progress): Promise<Result> {
  const sizes = await importSizes(import.meta.dirname, progress);
  return {
    title: "The size of each import, bytes after gzip",
    rows: [
      ["import", "alone", "added"],
      ...sizes.map(({ entry, name, alone, adds }) => [
        `${name && `\`${name}\` of `}\`${entry}\``,
        count(alone),
        adds === undefined ? "-" : `+ ${count(adds)}`,
      ]),
    ],
    notes: [
      "Added: to a Worker that has the SDK, the Workers adapter and remote write.",
      "esbuild as wrangler calls it, minified, gzip -9.",
    ],
    bars: [],
    data: sizes,
  };
}
