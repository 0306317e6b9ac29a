/**
 * The built-in instruments. Each request would cost twice as much if the OpenTelemetry SDK sorted and serialized its
 * attributes; these keep what they record themselves, and the reader collects them as a producer of metrics beside
 * that SDK. Names, units and buckets: semantic conventions 1.44.
 */
import type { CollectionResult, MetricProducer } from "@opentelemetry/sdk-metrics";
import { METER_NAME } from "../prometheus/scope.ts";
import { Instrument, type InstrumentHost } from "./instrument.ts";

/** Advised by the conventions for `http.server.request.duration` and for the FaaS durations, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Of a push, in seconds: one bound tells how many were slow, at the cost of four series. */
const PUSH_BOUNDS = [1];

export const REQUESTS = "http.server.request.duration";
export const INVOCATIONS = "faas.invoke_duration";

export interface InstrumentsHost extends InstrumentHost {
  /** Of the buckets of requests and invocations, in seconds. */
  readonly buckets?: readonly number[] | undefined;
  /** Whether the destination takes deltas. */
  isDelta(): boolean;
}

export class Instruments implements MetricProducer {
  readonly #host: InstrumentsHost;
  readonly request;
  readonly invoke;
  readonly coldstarts;
  readonly push;
  readonly dropped;

  constructor(host: InstrumentsHost) {
    this.#host = host;
    const duration = (name: string, description: string, bounds = [...(host.buckets ?? BOUNDS)]) =>
      new Instrument(host, name, { unit: "s", description, advice: { explicitBucketBoundaries: bounds } });
    const counter = (name: string, unit: string, description: string) =>
      new Instrument(host, name, { unit, description });
    this.request = duration(REQUESTS, "Duration of HTTP server requests.");
    this.invoke = duration(INVOCATIONS, "Duration of invocations other than requests.");
    this.coldstarts = counter("faas.coldstarts", "{coldstart}", "Instances started.");
    this.push = duration("pushmeter.push.duration", "Duration of pushes.", PUSH_BOUNDS);
    this.dropped = counter("pushmeter.push.dropped", "{point}", "Data points not stored.");
  }

  /** In one go: what is recorded while it runs is in this collection or in the next. */
  async collect(): Promise<CollectionResult> {
    const isDelta = this.#host.isDelta();
    const all = [this.request, this.invoke, this.coldstarts, this.push, this.dropped];
    const metrics = all.map((one) => one.collect(isDelta)).filter((data) => data !== undefined);
    const scopeMetrics = metrics.length ? [{ scope: { name: METER_NAME, version: "" }, metrics }] : [];
    return {
      resourceMetrics: { resource: { attributes: {} }, scopeMetrics },
      errors: [],
    } as unknown as CollectionResult;
  }
}
