/** What crosses from a Worker to the object. Deploys may leave the two apart for minutes: messages have a version. */
import type { Encoding } from "./core/otlp.ts";
import type { BatchId, Target } from "./core/shard.ts";

export const VERSION = 1;

export interface Message {
  readonly version: typeof VERSION;
  readonly id: BatchId;
  readonly target: Target;
  readonly encoding: Encoding;
  /** One resource's metrics. */
  readonly body: Uint8Array;
}

export type Reply =
  /** `rejected`: points that will never be stored, by reason. */
  | { readonly status: "stored" | "duplicate"; readonly rejected: readonly (readonly [string, number])[] }
  /** Never to be sent again. */
  | { readonly status: "refused"; readonly reason: string }
  /** To be sent again later. */
  | { readonly status: "later"; readonly reason: string };

export interface Status {
  readonly shard: string | undefined;
  readonly job: string | undefined;
  readonly instances: number;
  readonly series: number;
  readonly batches: number;
  readonly duplicates: number;
  /** Pushes in a row that failed. */
  readonly failures: number;
  readonly lastPush:
    | { readonly time: number; readonly result: string; readonly error?: string | undefined }
    | undefined;
  readonly asleep: boolean;
}

/** The part of a Durable Object binding that is used, so that any version of its types fits. */
export interface AggregatorBinding {
  idFromName(name: string): unknown;
  get(id: never): unknown;
}

export interface AggregatorStub {
  push(message: Message): Promise<Reply>;
  status(): Promise<Status>;
}
