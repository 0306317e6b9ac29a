/**
 * How a push can fail, also the `result` label of `pushmeter.push.duration`: the receiver said no for good
 * (4xx, or a redirect), is there but cannot now (5xx, 429), could not be reached, or took too long.
 */
export type PushFailure = "refused" | "unavailable" | "unreachable" | "timeout";

/** A push that was not stored. Its message names neither credentials nor the URL's query. */
export class PushError extends Error {
  override readonly name = "PushError";
  readonly result: PushFailure;
  /** The receiver's last HTTP status, if it answered. */
  readonly status: number | undefined;

  constructor(result: PushFailure, message: string, status?: number) {
    super(message);
    this.result = result;
    this.status = status;
  }
}
