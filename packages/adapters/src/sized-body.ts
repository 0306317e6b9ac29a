/** The sizes of the bodies of a request and its response, for servers. */
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf, requestAttributes } from "@pushmeter/sdk/adapter";
import { passThrough } from "./body.ts";
import { attempt, type HttpOptions, type PassBody } from "./callbacks.ts";
import { bodySizes, statedSize } from "./server-metrics.ts";

/**
 * For the option `body`: records sizes, and does what `options.body` does. The bytes of a response are counted only if that
 * passes the body through; else its header tells them, because a body that is passed through may be sent in chunks
 * and without a `content-length`.
 */
export function sizedBody(pushmeter: Pushmeter, { route, ignore, body }: HttpOptions): PassBody {
  const recorder = recorderOf(pushmeter);
  const record = bodySizes(pushmeter);
  return (_, response, platform, end, request) => {
    const counted = attempt(recorder, () => {
      if (ignore?.(request)) return response;
      const { method, url, headers } = request;
      const { status, body: stream } = response;
      const pattern = (route && attempt(recorder, route, request)) ?? recorder.current(request)?.route;
      const attributes = requestAttributes({ method, url, route: pattern, status });
      const sent = statedSize(headers.get("content-length"), request.body !== null);
      if (sent !== undefined) record("request", sent, attributes);
      const stated = statedSize(response.headers.get("content-length"), stream !== null);
      if (stated !== undefined) record("response", stated, attributes);
      if (stated !== undefined || !stream || !body) return response;
      let bytes = 0;
      return passThrough(response, stream, {
        read(more) {
          bytes += more;
        },
        ended: () => record("response", bytes, attributes),
      });
    });
    return body?.(recorder, counted ?? response, platform, end, request);
  };
}
