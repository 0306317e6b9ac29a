/** What is read from an event, whatever its shape. */
import type { Trigger } from "@pushmeter/sdk/adapter";

/** An event whose caller waits for an HTTP response. */
export interface HttpSource {
  readonly kind: "http";
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The route's pattern as the gateway matched it. */
  readonly route?: string | undefined;
  /** The status that the caller gets when the function fails or returns no usable answer. */
  readonly failure: 500 | 502;
  /** Whether an answer without a `statusCode` is a body with status 200. */
  readonly bare: boolean;
}

/** Any other event. */
export interface FaasSource {
  readonly kind: "faas";
  readonly trigger: Exclude<Trigger, "http">;
  /** The names of the queue, topic, table, bucket, rule. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly batch?: Batch | undefined;
  /** One invocation of a durable execution. */
  readonly isDurable?: true;
}

/** Records that arrive together. */
export interface Batch {
  readonly size: number;
  /** How many of them Lambda will deliver again after this result. */
  failed(result: unknown): number;
}

export type Source = HttpSource | FaasSource;
