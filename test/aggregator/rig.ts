/** A Worker with the aggregator in workerd, its storage in a folder that outlives it. */
import { join } from "node:path";
import { bundle } from "@pushmeter/testkit/bundle";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

export const TOKEN = "a-token-for-tests";
export const SITE = "http://aggregator.example";

export interface Options {
  readonly url: string;
  /** The version of remote write, or a Pushgateway. Default `"auto"`. */
  readonly protocol?: "auto" | "1.0" | "pushgateway";
  readonly shards: number;
  /** Where Durable Objects are stored; left out: in memory. */
  readonly folder?: string;
}

export async function startAggregator({
  url,
  protocol = "auto",
  shards,
  folder,
}: Options): Promise<Miniflare> {
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      name: "aggregator",
      modules: true,
      script: await bundle(join(import.meta.dirname, "worker", "worker.ts")),
      compatibilityDate: "2026-10-01",
      // The Pushgateway's serializer comes from a package that names two Node modules.
      compatibilityFlags: ["nodejs_compat"],
      bindings: { PUSH_URL: url, PROTOCOL: protocol, TOKEN, SHARDS: `${shards}` },
      durableObjects: { AGGREGATOR: { className: "Aggregator", useSQLite: true } },
      cf: false,
      log: new Log(LogLevel.NONE),
    }),
    ...(folder && { resourcePersistencePath: folder }),
  });
  await miniflare.ready;
  return miniflare;
}

export async function ask(worker: Miniflare, path: string, init: object = {}): Promise<Response> {
  return (await worker.dispatchFetch(SITE + path, init)) as unknown as Response;
}

export async function json<T>(worker: Miniflare, path: string, init: object = {}): Promise<T> {
  return (await (await ask(worker, path, init)).json()) as T;
}
