/** Which object a sender belongs to. */
import type { Attributes } from "@opentelemetry/api";
import type { AggregatorBinding, AggregatorStub } from "./binding.ts";
import type { Target } from "./core/shard.ts";

/** Characters of a service's name, with its namespace. */
export const LONGEST_JOB = 200;

/** The object of one shard of a service. */
export function stubOf(binding: AggregatorBinding, job: string, shard: number): AggregatorStub {
  return binding.get(binding.idFromName(`${job}/${shard}`) as never) as AggregatorStub;
}

/** The same sender always meets the same object, for only that one knows what it has sent. FNV-1a. */
export function shardOf(sender: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < sender.length; i++) hash = Math.imul(hash ^ sender.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}

/** The label `instance` of a shard's series. */
export function shardName(shard: number): string {
  return `shard-${shard}`;
}

/** Of the many resources that meet in one object, the part that they share. */
export function targetOf(attributes: Attributes, shard: string): Target {
  const name = attributes["service.name"] ?? "unknown_service";
  const namespace = attributes["service.namespace"];
  return {
    resource: { "service.name": name, ...(namespace !== undefined && { "service.namespace": namespace }) },
    shard,
  };
}

/** @throws TypeError unless it is a number of objects. */
export function checkShards(shards: unknown): void {
  if (!(Number.isInteger(shards) && (shards as number) >= 1 && (shards as number) <= 1000)) {
    throw new TypeError(`pushmeter: shards must be a whole number from 1 to 1000, got ${shards}`);
  }
}
