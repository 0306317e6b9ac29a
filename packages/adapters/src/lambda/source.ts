/** What an event tells of an invocation, whatever its shape. */
import type { Trigger } from "@pushmeter/sdk/adapter";

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
