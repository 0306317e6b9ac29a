/**
 * `@pushmeter/sdk/exemplars`: trace ids in the buckets of the request histogram. A separate entry point, so that only
 * users of exemplars bundle it.
 * @module @pushmeter/sdk/exemplars
 */
import { type SpanContext, TraceFlags, trace } from "@opentelemetry/api";
import type { Exemplars } from "../histogram.ts";
import type { HttpRequest } from "../invocation.ts";
import { LabelledExemplar } from "./labelled-exemplar.ts";

export type { Exemplar, Exemplars, TracedEntry } from "../histogram.ts";
export type { HttpRequest } from "../invocation.ts";
export type { Labels } from "../prometheus/labels.ts";
export type { Writer } from "../remote-write/protobuf.ts";
export { LabelledExemplar } from "./labelled-exemplar.ts";

/** The header `traceparent`: version, trace id, parent id, flags. https://www.w3.org/TR/trace-context/ */
const TRACEPARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-([\da-f]{2})(?:-|$)/;

/**
 * `createPushmeter`'s option `exemplars`: each bucket of `http.server.request.duration` carries the trace id of the
 * last request that it counted, as the label `trace_id`. The trace is that of the active span of the OpenTelemetry
 * API, else the one that the request's header `traceparent` names; only traces that are sampled count. Sent over
 * remote write only, at most 100 in a request, and once: a push that fails takes its exemplars along.
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
  return traceId && traceFlags & TraceFlags.SAMPLED
    ? new LabelledExemplar({ trace_id: traceId }, value, time)
    : undefined;
};

/** What called the service, by its own account. */
function parentOf(request: HttpRequest & { readonly headers?: Headers }): Partial<SpanContext> | undefined {
  const [, traceId, flags = ""] = TRACEPARENT.exec(request.headers?.get("traceparent") ?? "") ?? [];
  return traceId ? { traceId, traceFlags: Number.parseInt(flags, 16) } : undefined;
}
