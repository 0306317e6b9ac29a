/** The object as its senders see it. */
import type { Family } from "@pushmeter/sdk/prometheus";
import type { Packed, Reply, Status } from "./core/message.ts";
import type { BatchId, Target } from "./core/shard.ts";

/** The part of a Durable Object binding that is used, so that any version of its types fits. */
export interface AggregatorBinding {
  idFromName(name: string): unknown;
  get(id: never): unknown;
  /** All shards, where they can be listed: on a server. */
  all?(): readonly AggregatorStub[];
}

export interface AggregatorStub {
  push(message: Packed): Promise<Reply>;
  status(): Promise<Status>;
  knows(id: BatchId, instance: string): Promise<boolean>;
  refused(target: Target, status: number, reason: string): Promise<void>;
  reset(): Promise<void>;
  /** What a scrape gets. */
  families(): Promise<readonly Family[]>;
}

/** @throws TypeError for what is no Durable Object binding, such as a name that wrangler's configuration does not have. */
export function checkBinding(option: string, binding: unknown): void {
  if (typeof (binding as AggregatorBinding | undefined)?.idFromName === "function") return;
  throw new TypeError(`pushmeter: ${option} needs a Durable Object binding, such as env.PUSHMETER`);
}
