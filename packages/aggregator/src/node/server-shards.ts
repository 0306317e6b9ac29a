import type { AggregatorBinding, AggregatorStub } from "../binding.ts";

/** A server's shards, in the place of a Worker's objects. */
export interface ServerShards extends AggregatorBinding {
  /** Those that this server has. */
  all(): readonly AggregatorStub[];
  start(): Promise<void>;
  /** @throws Error if the store cannot be reached. */
  check(): Promise<void>;
  /** Pushes what has come since the last heartbeats, and closes the store. Nothing may be sent any more. */
  close(): Promise<void>;
}
