/**
 * `@pushmeter/sdk/exemplars`: trace ids in the buckets of the request histogram. A separate entry point, so that only
 * users of exemplars bundle it.
 * @module @pushmeter/sdk/exemplars
 */
import { type SpanContext, TraceFlags, trace } from "@opentelemetry/api";
import type { Exemplar, Exemplars, TracedEntry } from "../histogram.ts";
import type { HttpRequest } from "../invocation.ts";
import { Writer } from "../remote-write/protobuf.ts";

export type { Exemplar, Exemplars, TracedEntry } from "../histogram.ts";
export type { HttpRequest } from "../invocation.ts";
export type { Writer } from "../remote-write/protobuf.ts";

/** In one request, about 60 bytes each. */
const MOST_EXEMPLARS = 100;

/** The header `traceparent`: version, trace id, parent id, flags. https://www.w3.org/TR/trace-context/ */
const TRACEPARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-([\da-f]{2})(?:-|$)/;

/**
 * `createPushmeter`'s option `exemplars`: each bucket of `http.server.request.duration` carries the trace id of the
 * last request that it counted, as the label `trace_id`. The trace is that of the active span of the OpenTelemetry
 * API, else the one that the request's header `traceparent` names; only traces that are sampled count. Sent over
 * remote write 2.0 only, at most 100 in a request, and once: a push that fails takes its exemplars along.
 *
 * @example
 * ```ts
 * import { exemplars } from "@pushmeter/sdk/exemplars";
 *
 * createPushmeter({ service: "courses", exemplars });
 * ```
 */
export const exemplars: Exemplars = (request, value, time) => {
  const { traceId, traceFlags = 0 } = trace.getActiveSpan()?.spanContext() ?? parentOf(request) ?? {};
  return traceId && traceFlags & TraceFlags.SAMPLED ? new TraceExemplar(traceId, value, time) : undefined;
};

/** What called the service, by its own account. */
function parentOf(request: HttpRequest & { readonly headers?: Headers }): Partial<SpanContext> | undefined {
  const [, traceId, flags = ""] = TRACEPARENT.exec(request.headers?.get("traceparent") ?? "") ?? [];
  return traceId ? { traceId, traceFlags: Number.parseInt(flags, 16) } : undefined;
}

class TraceExemplar implements Exemplar {
  readonly #traceId: string;
  readonly #value: number;
  readonly #time: number;
  #isSent = false;

  constructor(traceId: string, value: number, time: number) {
    this.#traceId = traceId;
    this.#value = value;
    this.#time = time;
  }

  encode<Entry extends TracedEntry>(request: Writer, entries: readonly Entry[]): Map<Entry, Uint8Array> {
    /** Trace ids are among the symbols of one request only: the series' own stay for good. */
    const symbols = new Map<string, number>();
    const encoded = new Map<Entry, Uint8Array>();
    for (const entry of entries) {
      const { exemplar } = entry.series;
      if (!(exemplar instanceof TraceExemplar) || exemplar.#isSent) continue;
      exemplar.#isSent = true;
      const { group } = entry;
      const symbolOf = (text: string) => {
        const known = group.symbols.get(text) ?? symbols.get(text);
        if (known !== undefined) return known;
        const index = group.symbols.size + symbols.size;
        symbols.set(text, index);
        request.string(4, text);
        return index;
      };
      encoded.set(entry, exemplar.#message(symbolOf));
      if (encoded.size === MOST_EXEMPLARS) break;
    }
    return encoded;
  }

  /** The message `Exemplar` of `io.prometheus.write.v2`. */
  #message(symbolOf: (text: string) => number): Uint8Array {
    const labels = new Writer(16).varint(symbolOf("trace_id")).varint(symbolOf(this.#traceId)).finish();
    return new Writer(64).bytes(1, labels).double(2, this.#value).int64(3, this.#time).finish();
  }
}
