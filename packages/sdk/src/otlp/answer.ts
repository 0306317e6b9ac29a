/** What a receiver says of a batch that it has taken. OTLP specification, "Partial Success". */
import type { IExportMetricsServiceResponse, ISerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";

export type Serializer = ISerializer<ResourceMetrics, IExportMetricsServiceResponse>;

/** More is no such answer. */
const LARGEST_ANSWER = 65_536;

/**
 * `fetch`, with the number of rejected points as the body of each 2xx: the HTTP client takes every body for a
 * short text, which a protobuf message is not and a JSON one with a long reason does not stay.
 */
export function countingRejected(
  fetch: (request: Request) => Promise<Response>,
  serializer: Serializer,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await fetch(request);
    if (!response.ok || !response.body) return response;
    return new Response(`${rejectedPoints(serializer, await readStart(response.body))}`);
  };
}

function rejectedPoints(serializer: Serializer, bytes: Uint8Array): number {
  try {
    return Number(serializer.deserializeResponse(bytes).partialSuccess?.rejectedDataPoints) || 0;
  } catch {
    // Many receivers answer with something else, or nothing: 2xx is what counts.
    return 0;
  }
}

async function readStart(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < LARGEST_ANSWER) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  if (length >= LARGEST_ANSWER) await reader.cancel();
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
