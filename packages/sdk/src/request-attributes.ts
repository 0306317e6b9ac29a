/**
 * The attributes of `http.server.request.duration`, and the key under which equal sets of them are found again.
 * Both follow from one list: a label that is added there is in both.
 */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { Ending, HttpRequest, Invocation } from "./invocation.ts";
import { errorTypeOf, outcomeOf } from "./outcome.ts";

/** What is known of a request when it has ended. */
export interface EndedRequest extends HttpRequest, Ending, Pick<Invocation, "route"> {}

/**
 * Names: OpenTelemetry semantic conventions 1.44, "HTTP metrics". An undefined value is left out; no value is
 * the empty string.
 */
const ATTRIBUTES: readonly [name: string, read: (request: EndedRequest) => AttributeValue | undefined][] = [
  ["http.request.method", ({ method }) => methodOf(method)],
  ["url.scheme", ({ url }) => (url.startsWith("https:") ? "https" : "http")],
  ["http.response.status_code", ({ status }) => status || undefined],
  ["http.route", ({ route }) => route || undefined],
  ["outcome", outcomeOf],
  ["error.type", errorTypeOf],
];

/** Equal for two requests exactly if their attributes are. No value but the route may hold a line break. */
export function requestKey(request: EndedRequest): string {
  return ATTRIBUTES.map(([, read]) => read(request)).join("\n");
}

/** @param custom - attributes of the user's, which replace none of the standard ones. */
export function requestAttributes(request: EndedRequest, custom?: Attributes): Attributes {
  const attributes: Attributes = { ...custom };
  for (const [name, read] of ATTRIBUTES) {
    const value = read(request);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

/** The methods that the semantic conventions list; all others are `_OTHER`. */
const METHODS = /^(CONNECT|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|QUERY|TRACE)$/;

function methodOf(method: string): string {
  return METHODS.test(method) ? method : "_OTHER";
}
