/**
 * `@pushmeter/aggregator`: many short-lived writers as one long-lived one.
 * @module @pushmeter/aggregator
 */
import { createAggregator } from "./object.ts";

export type { AccessOptions, Tokens } from "./access.ts";
export { type AggregatorDestinationOptions, aggregator } from "./aggregator.ts";
export type { AggregatorBinding, AggregatorStub } from "./binding.ts";
export type { Message, Packed, Reply, Status } from "./core/message.ts";
export { scrapeOnly } from "./core/scrape-only.ts";
export { type IngestOptions, ingest } from "./ingest.ts";
export { type AggregatorOptions, createAggregator } from "./object.ts";
export type { ShardOptions } from "./shard-options.ts";

/**
 * The Durable Object class. Export it from a Worker and bind it with SQLite storage:
 * `[[durable_objects.bindings]] name = "PUSHMETER" class_name = "Aggregator"` and
 * `[[migrations]] tag = "v1" new_sqlite_classes = ["Aggregator"]`.
 */
// Pure: a Worker that imports only the client leaves the class out of its bundle.
export class Aggregator extends /* @__PURE__ */ createAggregator() {}
