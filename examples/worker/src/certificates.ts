/** Its name becomes the label `error_type`. */
class NoCertificateError extends Error {
  override readonly name = "NoCertificateError";
}

/** @throws NoCertificateError if the course has none: the example does not handle it, to show an exception. */
export function certificateOf(title: string, certificate: string | null): string {
  if (certificate === null) throw new NoCertificateError(`${title} has no certificate`);
  return `${certificate}: ${title}`;
}
