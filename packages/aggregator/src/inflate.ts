/**
 * Inflates bodies, with zlib where the platform has it: on a server, and in a Worker whose compatibility date or flags
 * give it Node's modules. It takes a fifth of the time of a `DecompressionStream`.
 */
import { inflate as inflateStream, Refusal } from "@pushmeter/sdk/adapter";
import { builtin } from "./builtin.ts";

type Inflate = (body: Uint8Array, options: { maxOutputLength: number }) => Uint8Array<ArrayBuffer>;
type Zlib = Readonly<Record<string, Inflate | undefined>>;

const FUNCTIONS: Readonly<Record<string, string>> = {
  gzip: "gunzipSync",
  deflate: "inflateSync",
  zstd: "zstdDecompressSync",
};
/** In November 2026 neither workerd's streams nor Node's take zstd. */
const STREAMS = ["gzip", "deflate"];

/** @throws Refusal 415 for an encoding that cannot be inflated here. */
export function checkEncoding(encoding: string): void {
  if (encoding === "identity" || isKnown(encoding)) return;
  const accepted = Object.keys(FUNCTIONS).filter(isKnown).join(", ");
  throw new Refusal(
    415,
    `content encoding ${encoding.slice(0, 20)} cannot be read here: use ${accepted} or none (a Collector: compression: gzip)`,
  );
}

/**
 * @param encoding - one that `checkEncoding` accepts.
 * @param limit - in bytes, of what comes out.
 * @throws Refusal 413 for a body that becomes larger, 400 for one that is not in this encoding.
 */
export async function inflate(
  body: Uint8Array<ArrayBuffer>,
  encoding: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "identity") return body;
  const inflateSync = ofZlib(encoding);
  if (!inflateSync) return inflateStream(body, limit, encoding);
  try {
    const { buffer, byteOffset, byteLength } = inflateSync(body, { maxOutputLength: limit });
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    // A part of a larger buffer would be sent and kept with all of it.
    return byteLength === buffer.byteLength ? bytes : bytes.slice();
  } catch (error) {
    throw error instanceof RangeError
      ? new Refusal(413, `the body is larger than ${limit} bytes`)
      : new Refusal(400, `the body is not ${encoding}`);
  }
}

function isKnown(encoding: string): boolean {
  return STREAMS.includes(encoding) || ofZlib(encoding) !== undefined;
}

/** Undefined where the platform has no zlib, or one without this encoding. */
function ofZlib(encoding: string): Inflate | undefined {
  const name = Object.hasOwn(FUNCTIONS, encoding) && FUNCTIONS[encoding];
  return name ? builtin<Zlib>("node:zlib")?.[name] : undefined;
}
