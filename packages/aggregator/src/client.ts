/**
 * `@pushmeter/aggregator/client`: what a Worker imports that sends to the aggregator.
 * @module @pushmeter/aggregator/client
 */
export { type AggregatorDestinationOptions, aggregator } from "./aggregator.ts";
export type { AggregatorBinding, AggregatorStub } from "./binding.ts";
export type { Message, Packed, Reply, Status } from "./core/message.ts";
