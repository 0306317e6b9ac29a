/**
 * The path of a group. Values that a path cannot hold are written in base64 and never as `%2F`, which the
 * Pushgateway refuses: https://github.com/prometheus/pushgateway#url
 */
export function groupPath(job: string, grouping: Readonly<Record<string, string>>): string {
  const segments = Object.entries({ job, ...grouping }).map(([name, value]) => segment(name, value));
  return `/metrics/${segments.join("/")}`;
}

/** Needs no encoding in a path (RFC 3986, unreserved). `.` and `..` do: URLs drop them. */
const PLAIN = /^(?!\.{1,2}$)[\w.~-]+$/;

function segment(name: string, value: string): string {
  if (PLAIN.test(value)) return `${name}/${value}`;
  const bytes = new TextEncoder().encode(value);
  const base64 = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  // The base64 of an empty value is empty, which a path cannot hold; the Pushgateway takes `=` for it.
  return `${name}@base64/${base64 || "="}`;
}
