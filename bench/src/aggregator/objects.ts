/** The objects that are measured, in workerd. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";

const CLASSES = ["Aggregator", "Frequent", "Counted", "Bare", "Idle"];

export async function startObjects(): Promise<Miniflare> {
  const miniflare = startWorkerd(await bundleWorker({ file: join(import.meta.dirname, "worker.ts") }), {
    name: "bench",
    durableObjects: Object.fromEntries(
      CLASSES.map((className) => [className, { className, useSQLite: true }]),
    ),
  });
  await miniflare.ready;
  return miniflare;
}
