/** A Worker with the aggregator in workerd, its storage in a folder that outlives it. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";

export const TOKEN = "a-token-for-tests";
const SITE = "http://aggregator.example";

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
  const script = await bundleWorker({ file: join(import.meta.dirname, "worker", "worker.ts") });
  const miniflare = startWorkerd(script, {
    name: "aggregator",
    bindings: { PUSH_URL: url, PROTOCOL: protocol, TOKEN, SHARDS: `${shards}` },
    durableObjects: {
      AGGREGATOR: { className: "Aggregator", useSQLite: true },
      STAGING: { className: "Staging", useSQLite: true },
    },
    folder,
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
