/** Who may send, and how much. The SDK reads answers of servers it chose; this reads bodies of unknown senders. */

/** Bytes that are read and discarded of a body that is too large. */
const DRAINED = 16_000_000;

/** A request that is refused with this status. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How long the comparison takes does not depend on the token, only on what was given. */
export function isAllowed(request: Request, token: string): boolean {
  const given = /^bearer +(.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  let difference = given.length ^ token.length;
  for (let i = 0; i < given.length; i++) {
    difference |= given.charCodeAt(i) ^ token.charCodeAt(i % token.length);
  }
  return difference === 0;
}

/**
 * The body, inflated. Reading stops at the limit: a few kilobytes of gzip can be gigabytes.
 *
 * @throws Refusal 413 over `limit` bytes, 415 for an encoding other than gzip, 400 for broken gzip.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding !== "gzip" && encoding !== "identity") {
    throw new Refusal(415, "content encoding gzip or none is needed");
  }
  const tooLarge = () => new Refusal(413, `the body is larger than ${limit} bytes`);
  const length = Number(request.headers.get("content-length"));
  if (length > limit) {
    // A sender that is still writing would see a reset connection instead of the answer.
    if (length <= DRAINED) {
      await request.body?.pipeTo(new WritableStream()).catch(() => {
        // The sender is gone and does not wait for the answer.
      });
    }
    throw tooLarge();
  }
  if (!request.body) return new Uint8Array();
  // The platform reads no more than was announced.
  if (encoding === "identity" && length > 0) return new Uint8Array(await whole(request));
  const body =
    encoding === "gzip"
      ? request.body.pipeThrough<Uint8Array>(new DecompressionStream("gzip") as GenericTransform)
      : request.body;
  const chunks: Uint8Array[] = [];
  let read = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Refusal(400, encoding === "gzip" ? "the body is not gzip" : "the body could not be read");
    });
    if (done) break;
    read += value.length;
    if (read > limit) {
      void reader.cancel().catch(() => {});
      throw tooLarge();
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(read);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function whole(request: Request): Promise<ArrayBuffer> {
  try {
    return await request.arrayBuffer();
  } catch {
    throw new Refusal(400, "the body could not be read");
  }
}

type GenericTransform = ReadableWritablePair<Uint8Array, Uint8Array>;
