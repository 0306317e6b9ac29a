/** What to do about an answer, in one sentence, where the answer itself does not tell. */

/** By status and body. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/<(!doctype|html)/i, "a web page answered, not a receiver: check the url"],
  [/no org id/i, 'name the tenant: auth: { headers: { "X-Scope-OrgID": … } }'],
  [/^3/, "redirects are not followed: set url to the final address"],
  [/^40[13]/, "check auth"],
  [/^(2|415)/, "the receiver does not understand this protocol: set another"],
];

/** Whether somebody else answered in the receiver's place, such as a login page. */
export function isPage(body: string): boolean {
  return (HINTS[0] as (typeof HINTS)[0])[0].test(body.slice(0, 200));
}

/** @param url - what the destination's url has to be, said for 404 and 405. */
export function hint(status: number, body: string, url: string): string {
  const found = HINTS.find(([pattern]) => pattern.test(`${status} ${body}`))?.[1];
  const text = found ?? (/^40[45]$/.test(`${status}`) && !/enabled/.test(body) ? `url has to be ${url}` : "");
  return text && ` (${text})`;
}
