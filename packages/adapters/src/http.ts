/** One HTTP invocation from request to response, the same for every adapter that sees both. */
import type { Ending, Platform, Recorder } from "@pushmeter/sdk/adapter";
import { attempt, type HttpOptions } from "./callbacks.ts";

/**
 * Runs `handle` and records how it ended. Returns what it returns and throws what it throws: the same object.
 *
 * @param context - the platform's execution context, by which a framework inside finds the invocation even if
 * it was given another request.
 */
export async function measureHttp(
  recorder: Recorder,
  options: HttpOptions<never>,
  request: Request,
  platform: () => Platform,
  context: object | undefined,
  handle: () => Response | Promise<Response>,
): Promise<Response> {
  // Wrapped twice: the outer wrapper counts. The context does not tell, because requests of a server may share it.
  const invocation = recorder.current(request)
    ? undefined
    : recorder.begin("http", platform, request, context);
  if (!invocation) return handle();

  let response: Response | undefined;
  const end = (ending: Ending) => {
    // The platform hands over the environment that the options are typed with.
    const { route, ignore, attributes } = options as HttpOptions;
    if (ignore && attempt(recorder, ignore, request)) return recorder.endIgnored(invocation, platform);
    invocation.route = (route && attempt(recorder, route, request)) ?? invocation.route;
    const custom = attributes && attempt(recorder, attributes, request, response, platform().env);
    recorder.endHttp(invocation, request, ending, platform, custom);
  };
  try {
    response = await handle();
  } catch (error) {
    // For a handler that throws, the platform answers with a 500.
    end({ status: 500, thrown: { error } });
    throw error;
  }
  const { status } = (response ?? {}) as Partial<Response>;
  if (typeof status !== "number") {
    // No response: the platform's own error, which is reported by it. Only its class is recorded.
    end({ status: 500, thrown: { error: new TypeError() } });
    return response;
  }
  const passed = options.body?.(recorder, response, platform, end, request);
  if (!passed) end({ status });
  return passed ?? response;
}
