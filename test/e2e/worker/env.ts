/** The Worker's bindings, all of them text. */
export interface Env {
  /** Where pushes go: the remote-write endpoint or the Pushgateway's root. */
  readonly PUSH_URL: string;
  /** Milliseconds, or `invocation`. */
  readonly FLUSH: string;
  /** For one push with its retries, ms. */
  readonly PUSH_TIMEOUT: string;
  /** `false`: the same handlers without pushmeter around them. */
  readonly MEASURED: string;
}

export interface Context {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  abort(reason?: unknown): void;
  readonly props: unknown;
}
