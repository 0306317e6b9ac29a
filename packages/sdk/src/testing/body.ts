/** Reading a request's body without trusting its size. */
import { Refusal } from "./refusal.ts";

/** Bytes, as sent and again once decompressed. */
export const BODY_LIMIT = 32 * 1024 * 1024;

/** @throws Refusal 413 for a body that is too large. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return request.body ? readAll(request.body) : new Uint8Array();
}

/** @throws Refusal 413 for what becomes too large, 400 for what is no gzip. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readAll(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, "the body is not gzip");
  }
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > BODY_LIMIT) {
      await reader.cancel();
      throw new Refusal(413, `the body is larger than ${BODY_LIMIT} bytes`);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
