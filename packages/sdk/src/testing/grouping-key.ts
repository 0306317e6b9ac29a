/**
 * The labels of a group from its path: `/metrics/job/<job>{/<label>/<value>}`, each name with `@base64` if its
 * value is URL-safe base64. Rules: https://github.com/prometheus/pushgateway#url
 */
import { Refusal } from "../http/body.ts";

/**
 * @param pathname - as `URL` has it: still percent-encoded.
 * @throws Refusal 400 for a path that names no group.
 */
export function groupLabels(pathname: string): Record<string, string> {
  // The Pushgateway decodes the path before it splits it, so that an encoded slash separates, too.
  if (/%2f/i.test(pathname)) throw new Refusal(400, "%2F in the path: a value with a slash goes as base64");
  const components = pathname.slice("/metrics/".length).split("/");
  if (components.length % 2) {
    throw new Refusal(400, `odd number of components in the labels of ${JSON.stringify(pathname)}`);
  }
  const labels: Record<string, string> = {};
  for (let i = 0; i < components.length; i += 2) {
    const [, name = "", base64] = /^(.*?)(@base64)?$/.exec(decodePercent(components[i] ?? "")) ?? [];
    const value = components[i + 1] ?? "";
    if (!/^(?!__)[a-zA-Z_]\w*$/.test(name))
      throw new Refusal(400, `improper label name ${JSON.stringify(name)}`);
    if (Object.hasOwn(labels, name)) throw new Refusal(400, `label ${name} is in the path twice`);
    // Routers on the way fold a double slash into one.
    if (!value) throw new Refusal(400, `label ${name} has no value; an empty one is ${name}@base64/=`);
    labels[name] = base64 ? decodeBase64(name, decodePercent(value)) : decodePercent(value);
  }
  if (!labels.job) throw new Refusal(400, "job name is required");
  return labels;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, `invalid percent-encoding in ${JSON.stringify(text)}`);
  }
}

function decodeBase64(name: string, text: string): string {
  try {
    if (!/^[\w-]*=*$/.test(text)) throw new TypeError("not the URL-safe alphabet");
    const bytes = atob(text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/"));
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    throw new Refusal(400, `invalid base64 encoding for label ${name}=${JSON.stringify(text)}`);
  }
}
