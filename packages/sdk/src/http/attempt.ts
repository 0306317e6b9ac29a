/** One request with a deadline, and what came of it as a value. Knows no metrics and no retries. */
import { inTime, type Runtime } from "../runtime.ts";
import type { Call, Reply, Send } from "./message.ts";

/** How much of an answer's body is read, in bytes. */
const READ_LIMIT = 65_536;

export interface Answer {
  /** 0 if there was no answer. */
  readonly status: number;
  readonly headers: Reply["headers"];
  /** The body as it came, at most 64 kB. */
  readonly bytes: Uint8Array;
  /** The body as text, or why there was no answer; without secrets. */
  readonly body: string;
  /** Why there was no answer. */
  readonly failure?: "unreachable" | "timeout" | undefined;
}

export interface Client {
  readonly runtime: Runtime;
  readonly send: Send;
  /** Takes secrets out of a text that comes from outside. */
  readonly redact: (text: string) => string;
}

/** Never rejects. Gives up after `timeout` ms. */
export async function attempt(client: Client, call: Call, timeout: number): Promise<Answer> {
  const abort = new AbortController();
  const none = (failure: Answer["failure"], text: string) => ({
    status: 0,
    headers: { get: () => null },
    bytes: new Uint8Array(),
    body: client.redact(text),
    failure,
  });
  try {
    // A fetch of the user's need not heed the signal: this ends in time anyway.
    return await inTime(client.runtime, timeout, answered(client, call, abort.signal), () => {
      abort.abort();
      return new Late();
    });
  } catch (error) {
    if (error instanceof Late) return none("timeout", `no answer within ${Math.round(timeout)} ms`);
    // Node says only "fetch failed"; why, such as ECONNREFUSED, stands in the cause.
    const code = (error as { cause?: { code?: string } } | undefined)?.cause?.code;
    return none("unreachable", code ? `${error} ${code}` : `${error}`);
  }
}

class Late extends Error {}

/** Sends with `fetch`. */
export function sendBy(fetch: (request: Request) => Promise<Response>): Send {
  return ({ url, method, headers, body = null }, signal) =>
    // A redirect would carry custom headers, and with them a token, to wherever it points.
    fetch(new Request(url, { method, headers, body, redirect: "manual", signal }));
}

async function answered({ send, redact }: Client, call: Call, signal: AbortSignal): Promise<Answer> {
  const response = await send(call, signal);
  const bytes = await readStart(response);
  const { status, headers } = response;
  // A message in protobuf has control characters between its texts.
  const text = new TextDecoder()
    .decode(bytes)
    .replace(/[^\P{Cc}\n]+/gu, " ")
    .trim();
  return { status, headers, bytes, body: redact(text) };
}

/** Reads what fits. Leaving the loop cancels the rest: a body that is not read to its end holds its connection. */
async function readStart({ body }: Reply): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let left = READ_LIMIT;
  for await (const chunk of body ?? []) {
    chunks.push(chunk.slice(0, left) as Uint8Array<ArrayBuffer>);
    left -= chunk.length;
    if (left <= 0) break;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** `Retry-After` in ms, given as seconds or as an HTTP date (RFC 9110 §10.2.3); 0 if absent or unreadable. */
export function retryAfter({ headers }: Answer, now: number): number {
  const value = headers.get("retry-after");
  // The receiver's own clock, if it says what time it is.
  const date = Date.parse(`${value}`) - (Date.parse(`${headers.get("date")}`) || now);
  return Math.max(0, Number(value) * 1000 || date || 0);
}

/** The receiver has certainly stored nothing of the request. A 400, 5xx or broken connection leaves it open. */
export function isNotStored({ status, failure, body }: Answer): boolean {
  if (status) return (status >= 300 && status < 400) || NOT_STORED.includes(status);
  return failure === "unreachable" && NEVER_CONNECTED.test(body);
}

const NOT_STORED = [401, 402, 403, 404, 405, 411, 413, 429];
const NEVER_CONNECTED = /refused|ENOTFOUND|EAI_AGAIN|getaddrinfo/i;
