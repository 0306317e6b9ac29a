/** Bodies of fetch requests. */
import { readBody } from "@pushmeter/sdk/adapter";
import { checkEncoding, inflate } from "./inflate.ts";

/**
 * The body, inflated.
 *
 * @param limit - in bytes, as sent and inflated.
 * @throws Refusal 413 for a body that is larger, 415 for an encoding that the platform cannot inflate, 400 for a
 * broken body.
 */
export async function bodyOf(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get("content-encoding")?.toLowerCase() ?? "identity";
  checkEncoding(encoding);
  return inflate(await readBody(request, limit), encoding, limit);
}
