/** What servers record besides durations: requests in progress, and sizes of bodies. Names: semantic conventions 1.44. */
import type { Attributes, Histogram, UpDownCounter } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { type HttpRequest, recorderOf, requestAttributes } from "@pushmeter/sdk/adapter";
import { attempt } from "./callbacks.ts";

/** Bytes: 256 B to 64 MB. */
const BOUNDS = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

/** A request begins (1) or ends (-1). Never throws. */
export type CountActive = (change: 1 | -1, request: HttpRequest) => void;

/** Counts requests in progress, as `http.server.active_requests`. */
export function activeRequests(pushmeter: Pushmeter): CountActive {
  const recorder = recorderOf(pushmeter);
  let counter: UpDownCounter | undefined;
  return (change, { method, url }) =>
    attempt(recorder, () => {
      counter ??= pushmeter.meter.createUpDownCounter("http.server.active_requests", {
        unit: "{request}",
        description: "Requests in progress.",
      });
      const { outcome: _, ...attributes } = requestAttributes({ method, url });
      counter.add(change, attributes);
    });
}

/** Records the size of a body, in bytes. Never throws. */
export type RecordSize = (of: "request" | "response", bytes: number, attributes: Attributes) => void;

/** Records sizes, as `http.server.request.body.size` and `http.server.response.body.size`. */
export function bodySizes(pushmeter: Pushmeter): RecordSize {
  const recorder = recorderOf(pushmeter);
  const histograms = new Map<string, Histogram>();
  return (of, bytes, attributes) =>
    attempt(recorder, () => {
      const options = {
        unit: "By",
        description: `Sizes of ${of} bodies.`,
        advice: { explicitBucketBoundaries: BOUNDS },
      };
      const histogram =
        histograms.get(of) ?? pushmeter.meter.createHistogram(`http.server.${of}.body.size`, options);
      histograms.set(of, histogram);
      histogram.record(bytes, attributes);
    });
}

/**
 * The size of a body as its header says, 0 if there is no body. Undefined for a body without that header: it has to be
 * read to its end.
 *
 * @param length - the header `content-length`.
 */
export function statedSize(length: string | null | undefined, hasBody: boolean): number | undefined {
  const bytes = length ? Number(length) : hasBody ? Number.NaN : 0;
  return Number.isFinite(bytes) ? bytes : undefined;
}
