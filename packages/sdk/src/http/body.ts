/** Reads the bodies of senders that are not trusted, as sent and inflated, each up to a limit. */

/** Bytes above the limit that are read and discarded: a sender that still writes would miss the answer. */
const DISCARDED = 16_000_000;

/** Bytes that deflate makes of one at most: https://zlib.net/zlib_tech.html */
const MOST_FROM_ONE = 1_032;

/** Thrown where a request is found to be wrong: the answer's status and its one sentence. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  response(): Response {
    return new Response(`${this.message}\n`, { status: this.status });
  }
}

/**
 * The body as it was sent.
 *
 * @param limit - in bytes.
 * @throws Refusal 413 for a body that is larger, 400 for one that does not come whole.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!request.body) return new Uint8Array();
  const announced = Number(request.headers.get("content-length"));
  if (announced > limit + DISCARDED) throw tooLarge(limit);
  try {
    // The platform reads no more than was announced.
    if (announced > 0 && announced <= limit) return new Uint8Array(await request.arrayBuffer());
    return await readAll(request.body, limit, limit + DISCARDED);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, "the body could not be read");
  }
}

/**
 * Inflates a body. Stops at the limit: a few kilobytes of gzip can be gigabytes.
 *
 * @param limit - in bytes, of what comes out.
 * @param encoding - one that the platform's `DecompressionStream` knows.
 * @throws Refusal 413 for a body that becomes larger, 400 for one that is not in this encoding.
 */
export async function inflate(
  body: Uint8Array<ArrayBuffer>,
  limit: number,
  encoding: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { readable, writable } = new DecompressionStream(encoding as CompressionFormat);
    const writer = writable.getWriter();
    // What is wrong with the body shows where it is read.
    for (const written of [writer.write(body), writer.close()]) written.catch(() => {});
    const isSmall = /^(gzip|deflate)$/.test(encoding) && body.length * MOST_FROM_ONE <= limit;
    // In one go, which costs a fraction of reading it piece by piece.
    if (isSmall) return new Uint8Array(await new Response(readable).arrayBuffer());
    return await readAll(readable, limit, limit);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, `the body is not ${encoding}`);
  }
}

/** @param end - so many bytes are read, though more than `limit` are not kept. */
async function readAll(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let read = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of stream) {
    read += chunk.length;
    if (read <= limit) chunks.push(chunk as Uint8Array<ArrayBuffer>);
    else if (read > end) break;
  }
  if (read > limit) throw tooLarge(limit);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function tooLarge(limit: number): Refusal {
  return new Refusal(413, `the body is larger than ${limit} bytes`);
}
