/**
 * `@pushmeter/aggregator/node`: the aggregator as a server of its own, for Node.
 * @module @pushmeter/aggregator/node
 */
export type { AccessOptions, Tokens } from "../access.ts";
export { scrapeOnly } from "../core/scrape-only.ts";
export type { ShardOptions } from "../shard-options.ts";
export type { Log } from "./log.ts";
export type { ServerOptions } from "./options.ts";
export { type AggregatorServer, startServer } from "./server.ts";
