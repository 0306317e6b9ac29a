/** What a Lambda event is, told by its shape: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
import type { Trigger } from "@pushmeter/sdk";
import { eventBridge } from "./event-bridge.ts";
import { type Fields, fields } from "./fields.ts";
import { alb, httpApi, lattice, restApi } from "./http-events.ts";
import { batch } from "./record-events.ts";

/** Somebody waits for an HTTP response. */
export interface HttpSource {
  readonly kind: "http";
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The route's pattern as the gateway matched it. */
  readonly route?: string | undefined;
  /** The status that the caller sees when the function fails or its answer is none. */
  readonly failure: 500 | 502;
  /** Whether an answer without a `statusCode` is a body with status 200. */
  readonly bare: boolean;
}

/** Everything else. */
export interface FaasSource {
  readonly kind: "faas";
  readonly trigger: Exclude<Trigger, "http">;
  /** The names of the queue, topic, table, bucket, rule. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly batch?: Batch | undefined;
}

/** Records that arrive together. */
export interface Batch {
  readonly size: number;
  /** How many of them Lambda will deliver again after this result. */
  failed(result: unknown): number;
}

export type Source = HttpSource | FaasSource;

/** In this order: an ALB event has an `httpMethod` too, as the REST API's have. */
const KINDS: readonly ((event: Fields) => Source | undefined)[] = [
  alb,
  httpApi,
  lattice,
  restApi,
  batch,
  eventBridge,
];

const UNKNOWN: Source = { kind: "faas", trigger: "other", attributes: {} };

/** Never throws for what came out of JSON, whatever it is. */
export function recognise(event: unknown): Source {
  for (const kind of KINDS) {
    const source = kind(fields(event));
    if (source) return source;
  }
  return UNKNOWN;
}
