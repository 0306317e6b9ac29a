/** The method of an outgoing request. */
const METHODS = new Set("GET POST PUT DELETE PATCH HEAD OPTIONS CONNECT QUERY TRACE".split(" "));

/** The method of an outgoing request, `_OTHER` for one that the conventions do not know. */
export function methodOf(input: unknown, init: unknown): string {
  const { method = "GET" } = {
    ...(input instanceof Request && { method: input.method }),
    ...(init as RequestInit),
  };
  const name = method.toUpperCase();
  return METHODS.has(name) ? name : "_OTHER";
}
