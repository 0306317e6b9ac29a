/**
 * `@pushmeter/aggregator`: many short-lived writers as one long-lived one.
 * @module @pushmeter/aggregator
 */
import { createAggregator } from "./object.ts";

export { type AggregatorDestinationOptions, aggregator } from "./aggregator.ts";
export { type IngestOptions, ingest } from "./ingest.ts";
export type { AggregatorBinding, AggregatorStub, Message, Reply, Status } from "./message.ts";
export { type AggregatorOptions, createAggregator } from "./object.ts";

/**
 * The Durable Object class. Export it from a Worker and bind it with SQLite storage:
 * `[[durable_objects.bindings]] name = "PUSHMETER" class_name = "Aggregator"` and
 * `[[migrations]] tag = "v1" new_sqlite_classes = ["Aggregator"]`.
 */
export class Aggregator extends createAggregator() {}
