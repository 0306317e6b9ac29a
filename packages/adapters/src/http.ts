/** One HTTP invocation from request to response, the same for every adapter that sees both. */
import type { Ending, Platform, Pushmeter } from "@pushmeter/sdk";
import { attempt, type HttpOptions } from "./callbacks.ts";

/**
 * Runs `handle` and records how it ended. Returns what it returns and throws what it throws: the same object.
 *
 * @param context - the platform's execution context, by which a framework inside finds the invocation even if
 * it was handed another request.
 */
export async function measureHttp(
  pushmeter: Pushmeter,
  options: HttpOptions<never>,
  request: Request,
  platform: () => Platform,
  context: object | undefined,
  handle: () => Response | Promise<Response>,
): Promise<Response> {
  // Wrapped twice: the outer wrapper counts. The context does not tell: a server may share one among requests.
  if (pushmeter.current(request)) return handle();
  const invocation = pushmeter.begin("http", platform, request, context);
  if (!invocation) return handle();

  let response: Response | undefined;
  let ending: Ending = {};
  try {
    response = await handle();
    ending = isResponse(response)
      ? { status: response.status }
      : { status: 500, thrown: { error: new TypeError("The handler returned no Response") } };
    return response;
  } catch (error) {
    // The platform answers for a handler that throws: with a 500.
    ending = { status: 500, thrown: { error } };
    throw error;
  } finally {
    const { route, ignore, attributes } = options as HttpOptions;
    if (ignore && attempt(pushmeter, ignore, request)) {
      pushmeter.endIgnored(invocation, platform);
    } else {
      invocation.route = (route && attempt(pushmeter, route, request)) ?? invocation.route;
      const custom = attributes && attempt(pushmeter, attributes, request, response, platform().env);
      pushmeter.endHttp(invocation, request, ending, platform, custom);
    }
  }
}

function isResponse(value: unknown): value is Response {
  return typeof (value as Response | undefined)?.status === "number";
}
