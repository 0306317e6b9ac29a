/** Who may send, and how much. */
import { gunzip, Refusal, readBody } from "@pushmeter/sdk/adapter";

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
 * The body, inflated.
 *
 * @param limit - in bytes, as sent and inflated.
 * @throws Refusal 413 for a body that is larger, 415 for an encoding other than gzip, 400 for broken gzip.
 */
export async function bodyOf(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding !== "gzip" && encoding !== "identity") {
    throw new Refusal(415, "content encoding gzip or none is needed");
  }
  const body = await readBody(request, limit);
  return encoding === "gzip" ? gunzip(body, limit) : body;
}
