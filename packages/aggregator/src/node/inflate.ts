/** Inflates bodies with Node's zlib, which knows zstd and takes a fraction of the time of a `DecompressionStream`. */
import { gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { Refusal } from "@pushmeter/sdk/adapter";

type Inflate = (body: Uint8Array, options: { maxOutputLength: number }) => Uint8Array<ArrayBuffer>;

const ENCODINGS: Readonly<Record<string, Inflate>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  zstd: zstdDecompressSync,
};

/** @throws Refusal 415 for an encoding that is not known. */
export function checkEncoding(encoding: string): void {
  if (encoding === "identity" || Object.hasOwn(ENCODINGS, encoding)) return;
  const accepted = Object.keys(ENCODINGS).join(", ");
  throw new Refusal(
    415,
    `content encoding ${encoding.slice(0, 20)} cannot be read here: use ${accepted} or none`,
  );
}

/**
 * @param limit - in bytes, of what comes out.
 * @throws Refusal 413 for a body that becomes larger, 400 for one that is not in this encoding.
 */
export function inflate(
  body: Uint8Array<ArrayBuffer>,
  encoding: string,
  limit: number,
): Uint8Array<ArrayBuffer> {
  if (encoding === "identity") return body;
  try {
    return (ENCODINGS[encoding] as Inflate)(body, { maxOutputLength: limit });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge
      ? new Refusal(413, `the body is larger than ${limit} bytes`)
      : new Refusal(400, `the body is not ${encoding}`);
  }
}
