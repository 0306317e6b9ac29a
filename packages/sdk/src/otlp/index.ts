/**
 * `@pushmeter/sdk/otlp`: pushes OTLP over HTTP, to an aggregator, a Collector or anything else that takes it.
 * @module @pushmeter/sdk/otlp
 */
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import {
  cumulativeDestination,
  type Destination,
  type PushOptions,
  type PushResult,
} from "../destination.ts";
import { ENDPOINT_OPTIONS, Endpoint, type EndpointOptions } from "../http/endpoint.ts";
import { PushError } from "../http/error.ts";
import { compress } from "../http/gzip.ts";
import { send } from "../http/send.ts";
import { checkNames, checkOneOf } from "../options.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { decide, isAboutTemporality, rejectedOf } from "./answer.ts";
import { type DeltaTransport, deltaDestination } from "./delta.ts";
import { Growth } from "./growth.ts";
import { Timeline } from "./timeline.ts";

export type { Auth, Basic, EndpointOptions, Signer } from "../http/endpoint.ts";
export { type DeliverOptions, type DeltaTransport, deltaDestination } from "./delta.ts";
export type { Batch } from "./outbox.ts";

/** `url` is the whole endpoint, `https://host/v1/metrics` in most places. */
export interface OtlpOptions extends EndpointOptions {
  /** As `OTEL_EXPORTER_OTLP_PROTOCOL` has it: `http/protobuf` or `http/json`. Default `http/protobuf`. */
  readonly protocol?: "http/protobuf" | "http/json" | undefined;
  /**
   * `cumulative`, the default: totals, for a receiver that stores what comes, such as Prometheus. One that refuses
   * them and asks for deltas gets deltas for the rest of the instance's life. `delta`: for pushmeter's aggregator,
   * or a Collector that adds up.
   */
  readonly temporality?: "delta" | "cumulative" | undefined;
  /** Compress with gzip. Default true. */
  readonly gzip?: boolean | undefined;
}

const WIRES = {
  "http/protobuf": { contentType: "application/x-protobuf", serializer: ProtobufMetricsSerializer },
  "http/json": { contentType: "application/json", serializer: JsonMetricsSerializer },
};

const WANTED = "the whole endpoint, such as http://host:4318/v1/metrics";

/**
 * A destination that speaks OTLP/HTTP 1; also a standard OpenTelemetry `PushMetricExporter`. Every batch of
 * deltas carries a unique id in the header `Idempotency-Key`, `"<instance>/<seq>"`, and keeps it when it is
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
  checkNames("otlp", options, `${ENDPOINT_OPTIONS} protocol temporality gzip`);
  const { protocol = "http/protobuf", temporality = "cumulative", gzip = true } = options;
  checkOneOf("otlp protocol", protocol, Object.keys(WIRES));
  checkOneOf("otlp temporality", temporality, ["delta", "cumulative"]);
  checkOneOf("otlp gzip", gzip, [true, false]);
  const { contentType, serializer } = WIRES[protocol];
  const endpoint = new Endpoint("otlp", options, runtime, WANTED);
  const encode = (metrics: ResourceMetrics) =>
    (serializer.serializeRequest(metrics) ?? new Uint8Array()) as Uint8Array<ArrayBuffer>;

  async function post(
    body: Uint8Array<ArrayBuffer>,
    options: PushOptions,
    key?: string,
  ): Promise<PushResult> {
    const headers: Record<string, string> = { "content-type": contentType, "user-agent": "pushmeter" };
    if (key) headers["idempotency-key"] = JSON.stringify(key);
    if (gzip) headers["content-encoding"] = "gzip";
    const call = { method: "POST", headers, body: gzip ? await compress(body) : body };
    const { error, answer, details } = await send(endpoint, call, decide, options);
    if (error || !answer) return { code: 1, error, details };
    const { points, reason } = rejectedOf(serializer, answer);
    if (!points) return { code: 0, details };
    const rejection = endpoint.failure({ ...answer, body: reason }, `${points} points`);
    return { code: 1, error: rejection, details, dropped: new Map([["rejected", points]]) };
  }

  const deliver: DeltaTransport["deliver"] = async (
    { instance, seq, body },
    timeout,
    { last, fail } = {},
  ) => {
    const { error, dropped } = await post(body, { timeout, last }, `${instance}/${seq}`);
    const isRefused =
      error instanceof PushError && error.result === "refused" && isAboutTemporality(error.message);
    const told = isRefused
      ? new PushError("refused", `${error.message} (set temporality to "cumulative")`, error.status)
      : error;
    if (!dropped && told) throw told;
    if (told) fail?.(told);
    return dropped;
  };
  const deltas = deltaDestination({ encode, deliver }, runtime);
  if (temporality === "delta") return deltas;

  /** Once the receiver has refused totals. */
  let growth: Growth | undefined;
  const pushGrowth = (metrics: ResourceMetrics, options: PushOptions) =>
    new Promise<PushResult>((resolve) => deltas.export((growth as Growth).next(metrics), resolve, options));
  /** Several instances may share one destination. */
  const timelines = new Map<unknown, Timeline>();
  return cumulativeDestination(async (metrics, options) => {
    if (growth) return pushGrowth(metrics, options);
    const end = runtime.monotonic() + (options.timeout ?? endpoint.timeout);
    const instance = metrics.resource.attributes["service.instance.id"];
    const timeline = timelines.get(instance) ?? new Timeline(() => runtime.instanceId());
    timelines.set(instance, timeline);
    const result = await post(encode(timeline.next(metrics)), options);
    const { code, error } = result;
    if (code === 0) timeline.stored(metrics);
    if (!(error instanceof PushError && error.result === "refused")) return result;
    if (!isAboutTemporality(error.message)) {
      if (!result.dropped) timeline.refused();
      return result;
    }
    // Nothing of the totals is stored, so that all of them are the first delta.
    growth = new Growth();
    return pushGrowth(metrics, { ...options, timeout: end - runtime.monotonic() });
  });
}
