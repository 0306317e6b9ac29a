/**
 * `@pushmeter/sdk/otlp`: pushes OTLP over HTTP, to an aggregator, a Collector or anything else that takes it.
 * @module @pushmeter/sdk/otlp
 */
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { cumulativeDestination, type Destination, type PushResult } from "../destination.ts";
import type { Answer } from "../http/attempt.ts";
import { compress } from "../http/gzip.ts";
import { busy, byStatus, send as sendOne } from "../http/send.ts";
import { TARGET_OPTIONS, Target, type TargetOptions } from "../http/target.ts";
import { checkFunction, checkNames, checkOneOf } from "../options.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { countingRejected } from "./answer.ts";
import { deltaDestination } from "./delta.ts";
import type { Batch } from "./outbox.ts";

export type { Auth, Basic, Signer, TargetOptions } from "../http/target.ts";
export { type DeltaTransport, deltaDestination } from "./delta.ts";
export type { Batch } from "./outbox.ts";

/** `url` is the whole endpoint, `https://host/v1/metrics` in most places. */
export interface OtlpOptions extends TargetOptions {
  /** As `OTEL_EXPORTER_OTLP_PROTOCOL` has it: `http/protobuf` or `http/json`. Default `http/protobuf`. */
  readonly protocol?: "http/protobuf" | "http/json" | undefined;
  /**
   * `delta` for an aggregator, or for a Collector that turns deltas into totals; `cumulative` for a receiver
   * that stores what comes, such as Prometheus. Default `delta`.
   */
  readonly temporality?: "delta" | "cumulative" | undefined;
  /** Compress with gzip. Default true. */
  readonly gzip?: boolean | undefined;
}

const decide = (answer: Answer) => byStatus(answer, busy);
const WIRES = {
  "http/protobuf": { contentType: "application/x-protobuf", serializer: ProtobufMetricsSerializer },
  "http/json": { contentType: "application/json", serializer: JsonMetricsSerializer },
};

/**
 * A destination that speaks OTLP/HTTP 1; also a standard OpenTelemetry `PushMetricExporter`. Every batch of
 * deltas has a name of its own in the header `Idempotency-Key`, `"<instance>/<seq>"`, and keeps it when it is
 * sent again: pushmeter's aggregator counts it once. Specification: https://opentelemetry.io/docs/specs/otlp/
 *
 * @example
 * ```ts
 * otlp({ url: "https://metrics.example/v1/metrics", auth: { bearer: token } });
 * ```
 * @param runtime - clock, randomness and fetch, for tests.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function otlp(options: OtlpOptions, runtime: Runtime = systemRuntime): Destination {
  checkNames("otlp", options, `${TARGET_OPTIONS} protocol temporality gzip`);
  const { protocol = "http/protobuf", temporality = "delta", gzip = true } = options;
  checkOneOf("otlp protocol", protocol, Object.keys(WIRES));
  checkOneOf("otlp temporality", temporality, ["delta", "cumulative"]);
  checkOneOf("otlp gzip", gzip, [true, false]);
  const { contentType, serializer } = WIRES[protocol];
  const { fetch = (request: Request) => runtime.fetch(request) } = options;
  checkFunction("otlp fetch", fetch);
  const target = new Target("otlp", { ...options, fetch: countingRejected(fetch, serializer) }, runtime, "x");

  const encode = (metrics: ResourceMetrics) =>
    (serializer.serializeRequest(metrics) ?? new Uint8Array()) as Uint8Array<ArrayBuffer>;

  async function send(
    body: Uint8Array<ArrayBuffer>,
    timeout: number | undefined,
    key?: string,
  ): Promise<PushResult["dropped"]> {
    const headers: Record<string, string> = { "content-type": contentType, "user-agent": "pushmeter" };
    if (key) headers["idempotency-key"] = JSON.stringify(key);
    if (gzip) headers["content-encoding"] = "gzip";
    const call = { method: "POST", headers, body: gzip ? await compress(body) : body };
    const { error, answer } = await sendOne(target, call, decide, { timeout });
    if (error || !answer) throw error;
    const points = Number(answer.body);
    return points > 0 ? new Map([["rejected", points]]) : undefined;
  }

  if (temporality === "cumulative") {
    return cumulativeDestination(async (metrics, { timeout }) => ({
      code: 0,
      dropped: await send(encode(metrics), timeout),
    }));
  }
  const deliver = ({ instance, seq, body }: Batch, timeout: number | undefined) =>
    send(body, timeout, `${instance}/${seq}`);
  return deltaDestination({ encode, deliver }, runtime);
}
