/**
 * The path of a group. Values that a path cannot hold go as base64, and never as `%2F`, which the Pushgateway
 * refuses: https://github.com/prometheus/pushgateway#url
 */
export function groupPath(job: string, grouping: Readonly<Record<string, string>>): string {
  const segments = Object.entries({ job, ...grouping }).map(([name, value]) => segment(name, value));
  return `/metrics/${segments.join("/")}`;
}

/** What needs no encoding in a path (RFC 3986, unreserved); also not `.` and `..`, which a URL swallows. */
const PLAIN = /^(?!\.{1,2}$)[\w.~-]+$/;

function segment(name: string, value: string): string {
  if (PLAIN.test(value)) return `${name}/${value}`;
  const bytes = new TextEncoder().encode(value);
  const base64 = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  // An empty value has an empty base64; its padding stands in for it.
  return `${name}@base64/${base64 || "="}`;
}
