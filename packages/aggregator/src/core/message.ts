/** What a sender hands to a shard. Sender and shard may run different releases for minutes: messages have a version. */
import type { Encoding } from "./otlp.ts";
import type { BatchId, Target } from "./shard.ts";

export const VERSION = 2;

export interface Message {
  readonly version: typeof VERSION;
  readonly id: BatchId;
  readonly target: Target;
  readonly encoding: Encoding;
  /** One resource's metrics. */
  readonly body: Uint8Array;
}

/**
 * A message as it crosses an RPC: everything but the body in JSON, for a call with nested objects takes the platform
 * half as long again.
 */
export type Packed = readonly [header: string, body: Uint8Array];

export function pack({ body, ...header }: Message): Packed {
  return [JSON.stringify(header), body];
}

/** @param message - as it is from a sender whose release packs nothing. */
export function unpack(message: Packed | Message): Message {
  if (!Array.isArray(message)) return message as Message;
  const [header, body] = message as Packed;
  return { ...JSON.parse(header), body };
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
  /** Label sets. */
  readonly series: number;
  /** In Prometheus, where a histogram is many. */
  readonly prometheusSeries: number;
  readonly batches: number;
  readonly duplicates: number;
  /** Heartbeats in a row that failed. */
  readonly failures: number;
  /** Another writer seems to write the same series. */
  readonly hasRival: boolean;
  readonly lastPush:
    | { readonly time: number; readonly result: string; readonly error?: string | undefined }
    | undefined;
  readonly asleep: boolean;
}

/** Of a shard that has had no batch. */
export const NO_STATUS: Status = {
  shard: undefined,
  job: undefined,
  instances: 0,
  series: 0,
  prometheusSeries: 0,
  batches: 0,
  duplicates: 0,
  failures: 0,
  hasRival: false,
  lastPush: undefined,
  asleep: true,
};
