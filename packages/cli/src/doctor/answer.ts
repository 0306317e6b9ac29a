/** One request and what came of it, as a value. */
import { redact } from "@pushmeter/sdk/adapter";

/** Of an answer's body, bytes. */
const READ_LIMIT = 1_048_576;
/** Of one request, ms. */
const TIMEOUT = 10_000;

export interface Answer {
  /** 0 if there was no answer. */
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body, without secrets. */
  readonly body: string;
  /** Why there was no answer: the system's name of the error, such as `ECONNREFUSED`, or `TIMEOUT`. */
  readonly failure?: string | undefined;
}

export type Ask = (request: Request) => Promise<Answer>;

/** @param secrets - are replaced by `***` in what comes back. */
export function asking(secrets: readonly string[], timeout = TIMEOUT): Ask {
  return async (request) => {
    try {
      const signal = AbortSignal.timeout(timeout);
      // A redirect would carry a token to wherever it points.
      const response = await fetch(new Request(request, { redirect: "manual", signal }));
      const { status, headers } = response;
      return { status, headers, body: redact(await beginning(response), secrets) };
    } catch (error) {
      return { status: 0, headers: new Headers(), body: "", failure: nameOf(error) };
    }
  };
}

export const isOk = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** What a receiver of remote write 2.0 says it has stored; undefined from one that speaks 1.0 only. */
export function writtenOf({ headers }: Answer): number | undefined {
  const [samples, histograms] = ["samples", "histograms"].map((kind) =>
    headers.get(`x-prometheus-remote-write-${kind}-written`),
  );
  return samples == null ? undefined : Number(samples) + Number(histograms) || 0;
}

/** The first line of a body, for a message. */
export function firstLine({ body }: Answer): string {
  const [line = ""] = body.trim().split("\n");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

async function beginning(response: Response): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let left = READ_LIMIT;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.slice(0, left) as Uint8Array<ArrayBuffer>);
    left -= chunk.length;
    if (left <= 0) break;
  }
  const text = await new Blob(chunks).text();
  // A message in protobuf has control characters between its texts.
  return text.replace(/[^\P{Cc}\n]+|\uFFFD+/gu, " ").trim();
}

/** fetch says only "fetch failed"; why stands in its cause. */
function nameOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return "TIMEOUT";
  return cause?.code ?? cause?.message ?? `${error}`;
}
