/** What must not stand in a message: what the user configured as secret, and what was sent to prove who sends. */

/** Shorter ones would be found in every other word. */
const SHORTEST_SECRET = 4;
/** Of a header that a signer made: dates and names of regions are shorter. */
const SHORTEST_PART = 17;

/** Replaces the secrets in the text by `***`, the longest first: one may be a part of another. */
export function redact(text: string, secrets: Iterable<string>): string {
  return [...secrets]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}

/** A header's value as it is and without its scheme, such as `Bearer`. */
export const credentials = (value: string): string[] => [value, value.replace(/^\w+ /, "")];

/** What a signer has put into headers that `sent` did not have: tokens whole, and signatures from among the rest. */
export function signed(headers: Headers, sent: Headers): string[] {
  return [...headers].flatMap(([name, value]) =>
    sent.get(name) === value
      ? []
      : [value, ...value.split(/[\s,=/]/)].filter((part) => part.length >= SHORTEST_PART),
  );
}

/** Parts of a URL's path that look like tokens: 16 characters or more, letters and digits among them. */
export function pathSecrets(pathname: string): string[] {
  return pathname.split("/").filter((part) => /^(?=.*\d)(?=.*[a-z]).{16,}$/i.test(part));
}
