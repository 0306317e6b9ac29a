/** Bodies of fetch requests. */
import { inflate, Refusal, readBody } from "@pushmeter/sdk/adapter";

/** What every platform inflates. */
const ENCODINGS = ["gzip", "deflate"];

/**
 * The body, inflated.
 *
 * @param limit - in bytes, as sent and inflated.
 * @throws Refusal 413 for a body that is larger, 415 for an encoding that the platform cannot inflate, 400 for a
 * broken body.
 */
export async function bodyOf(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding === "identity") return readBody(request, limit);
  checkEncoding(encoding);
  return inflate(await readBody(request, limit), limit, encoding);
}

/** Where `DecompressionStream` takes zstd, so does this. In November 2026 neither workerd's nor Node's does. */
function checkEncoding(encoding: string): void {
  if (ENCODINGS.includes(encoding)) return;
  try {
    if (encoding !== "zstd") throw new TypeError();
    new DecompressionStream(encoding as CompressionFormat);
  } catch {
    throw new Refusal(
      415,
      `content encoding ${encoding.slice(0, 20)} cannot be read here: use gzip (a Collector: compression: gzip) or none`,
    );
  }
}
