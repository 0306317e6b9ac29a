/**
 * The one way out: a request with a deadline, retried with exponential back-off and jitter. Knows no
 * metrics. Retry rules: Prometheus remote-write specification 1.0 and 2.0, "Retries & backoff".
 */
import { inTime, type Runtime, sleep } from "../runtime.ts";
import { PushError, type PushFailure } from "./error.ts";

/** What is read of an answer's body, in bytes, and what is kept of it: a secret may stand across a cut. */
const READ_LIMIT = 4096;
const KEPT_LENGTH = 1024;
const FIRST_BACKOFF = 250;
const LONGEST_BACKOFF = 5_000;
/** With less time left than this, ms, the last failure says more than the time-out that would follow. */
const SHORTEST_ATTEMPT = 50;

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  /** What the body of a final answer says, whatever its status. */
  readonly final?: RegExp | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** At most 1024 characters, without secrets. */
  readonly body: string;
  /** An earlier attempt at the same call ended without a clear answer: it may have been stored. */
  readonly unclear: boolean;
}

export interface Client {
  readonly runtime: Runtime;
  /** Who sends and where to, the start of every message. */
  readonly name: string;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Takes secrets out of a text that somebody else wrote. */
  readonly redact: (text: string) => string;
}

/**
 * Sends until there is an answer that no retry would change: a 2xx, 3xx or 4xx other than 429.
 *
 * @param end - of all attempts together, on the runtime's monotonic clock.
 * @throws PushError `unavailable`, `unreachable` or `timeout` when time is up.
 */
export async function send(client: Client, call: Call, end: number): Promise<Answer> {
  const { runtime } = client;
  for (let attempt = 0; ; attempt++) {
    let failure: PushError;
    // Never at once: half of the pause is certain.
    let wait = (1 - runtime.random() / 2) * Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** attempt);
    try {
      const { status, headers, body } = await once(client, call, end - runtime.monotonic());
      if ((status < 500 && status !== 429) || call.final?.test(body))
        return { status, headers, body, unclear: attempt > 0 };
      failure = failed(client, "unavailable", `answered ${status}${body && `: ${body}`}`, status);
      wait = Math.max(wait, retryAfter(headers.get("retry-after"), runtime.now()));
    } catch (error) {
      failure =
        error instanceof PushError ? error : failed(client, "unreachable", client.redact(reasonOf(error)));
    }
    const left = end - runtime.monotonic() - wait;
    if (failure.result === "timeout" || left < SHORTEST_ATTEMPT) throw failure;
    await sleep(runtime, wait);
  }
}

export function failed({ name }: Client, result: PushFailure, what: string, status?: number): PushError {
  return new PushError(result, `${name}: ${what}`, status);
}

/** Node says only "fetch failed"; why, such as ECONNREFUSED, stands in the cause. */
function reasonOf(error: unknown): string {
  const code = (error as { cause?: { code?: string } } | undefined)?.cause?.code;
  return code ? `${error} ${code}` : `${error}`;
}

function once(client: Client, call: Call, timeout: number): Promise<Omit<Answer, "unclear">> {
  const { url, method, headers, body = null } = call;
  const abort = new AbortController();
  // A redirect would carry custom headers, and with them a token, to wherever it points.
  const request = new Request(url, { method, headers, body, redirect: "manual", signal: abort.signal });
  // A fetch of the user's need not heed the signal: this ends in time anyway.
  return inTime(client.runtime, timeout, answer(client, request), () => {
    abort.abort();
    return failed(client, "timeout", `no answer within ${Math.round(timeout)} ms`);
  });
}

async function answer({ fetch, redact }: Client, request: Request): Promise<Omit<Answer, "unclear">> {
  const response = await fetch(request);
  const body = redact((await readStart(response)).trim()).slice(0, KEPT_LENGTH);
  return { status: response.status, headers: response.headers, body };
}

/** Reads what fits and cancels the rest: a body that is neither read nor cancelled holds its connection. */
async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let left = READ_LIMIT;
  while (left > 0) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  await reader.cancel();
  return text;
}

/** `Retry-After` in milliseconds, given as seconds or as an HTTP date (RFC 9110 §10.2.3); 0 if unreadable. */
function retryAfter(value: string | null, now: number): number {
  return Math.max(0, Number(value) * 1000 || Date.parse(`${value}`) - now || 0);
}
