/** A request, what is read of its response, and whatever sends the one and brings the other. */

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  /** Not over a connection that is idle, where that can be chosen. */
  readonly isFresh?: boolean | undefined;
}

/** The part of a response that is read. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export type Send = (call: Call, signal: AbortSignal) => Promise<Reply>;
