/** How many bytes of a body a Node server writes. */
import type { IncomingMessage, ServerResponse } from "node:http";

type Write = (chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown;

/**
 * Counts what is passed to the response's `write` and `end`, which do what they did. Returns the bytes so far, without
 * headers and chunks' lengths; 0 for a response that has no body, as to HEAD.
 */
export function countBytes(request: IncomingMessage, response: ServerResponse): () => number {
  let bytes = 0;
  const count = (chunk: unknown, encoding: unknown) => {
    if (typeof chunk === "string") {
      bytes += Buffer.byteLength(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8");
    } else if (chunk instanceof Uint8Array) bytes += chunk.byteLength;
  };
  const counted = (method: Write): Write =>
    function (this: unknown, ...args) {
      count(args[0], args[1]);
      return method.apply(this, args);
    };
  const own = response as unknown as { write: Write; end: Write };
  own.write = counted(own.write);
  own.end = counted(own.end);
  return () => (request.method === "HEAD" || /^(1..|204|304)$/.test(`${response.statusCode}`) ? 0 : bytes);
}
