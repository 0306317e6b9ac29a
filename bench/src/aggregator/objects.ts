/** The objects that are measured, in workerd. */
import { join } from "node:path";
import { bundle } from "@pushmeter/testkit/bundle";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

const CLASSES = ["Aggregator", "Beating", "Bare", "Idle"];

export async function startObjects(): Promise<Miniflare> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "bench",
      modules: true,
      script: await bundle(join(import.meta.dirname, "worker.ts")),
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["nodejs_compat"],
      durableObjects: Object.fromEntries(
        CLASSES.map((className) => [className, { className, useSQLite: true }]),
      ),
      cf: false,
      log: new Log(LogLevel.NONE),
    }),
  );
  await miniflare.ready;
  return miniflare;
}
