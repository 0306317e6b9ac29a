/**
 * One push: collects, adds up, passes the totals to the destination and records duration and result. The next
 * push carries that record.
 */
import type { Attributes } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { InstrumentType, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination, PushResult } from "../destination.ts";
import { COUNTER, DELTA } from "../enumerations.ts";
import type { NativeHistograms } from "../histogram.ts";
import { PushError } from "../http/error.ts";
import type { Instance } from "../instance.ts";
import type { ObservedGauges } from "../metering/observed-gauges.ts";
import type { Instruments } from "../recording/instruments.ts";
import type { Reporter } from "../reporter.ts";
import { inTime, type Runtime } from "../runtime.ts";
import type { Reader } from "./reader.ts";
import { Totals } from "./totals.ts";

/** For all of the user's observable callbacks together, ms. */
const COLLECT_TIMEOUT = 3_000;

export interface PusherOptions {
  readonly runtime: Runtime;
  readonly reader: Reader;
  readonly instruments: Instruments;
  readonly cardinalityLimit: number;
  /** The destination's. */
  readonly native: () => NativeHistograms | undefined;
  readonly gauges: ObservedGauges;
  readonly reporter: Reporter;
  /** Is called with every failure. */
  readonly report: (error: unknown) => void;
}

export class Pusher {
  readonly #options: PusherOptions;
  readonly #totals: Totals;

  constructor(options: PusherOptions) {
    this.#options = options;
    this.#totals = new Totals(options.native, options.cardinalityLimit);
  }

  /** Collects what was recorded since the last time, adds it to the totals and returns it. */
  async collect(resource: Resource, labels?: Attributes): Promise<ResourceMetrics> {
    const { runtime, reader, gauges, report } = this.#options;
    // There is one meter, so the SDK takes all deltas out together, after the last callback: an invocation that
    // is aborted while a callback waits loses nothing.
    const { resourceMetrics, errors } = await reader.collect({ timeoutMillis: COLLECT_TIMEOUT });
    const collected = gauges.collect({ ...resourceMetrics, resource }, runtime.now());
    addLabels(collected, labels);
    this.#totals.add(collected);
    for (const error of errors) report(error);
    return collected;
  }

  /** All that was collected so far. */
  totals(resource: Resource): ResourceMetrics {
    return this.#totals.cumulative(resource, this.#options.runtime.now());
  }

  /** True if everything was stored. Never rejects; gives up after `timeout` ms. */
  async push(
    destination: Destination,
    { resource, labels, debug }: Instance,
    { timeout, last }: { readonly timeout: number; readonly last: boolean },
  ): Promise<boolean> {
    const { runtime, report, instruments, reporter } = this.#options;
    const started = runtime.monotonic();
    let result: PushResult;
    try {
      const delta = await this.collect(resource, labels);
      const temporality = destination.selectAggregationTemporality?.(COUNTER as InstrumentType);
      const batch = temporality === DELTA ? delta : this.totals(resource);
      const left = timeout - (runtime.monotonic() - started);
      // Ends in time even if the destination never calls back.
      result = await inTime(
        runtime,
        left,
        new Promise<PushResult>((resolve) => destination.export(batch, resolve, { timeout: left, last })),
        () => new PushError("timeout", `no answer within ${left} ms`),
      );
    } catch (error) {
      // Another vendor's exporter may throw any value; report takes any.
      result = { code: 1, error: error as Error };
    }
    const { code, error, isTold, dropped = [], conflicts = [] } = result;
    if (error && !isTold) report(error);
    for (const conflict of conflicts) reporter.once(conflict);
    const outcome = code === 0 ? "success" : error instanceof PushError ? error.result : "error";
    const elapsed = runtime.monotonic() - started;
    instruments.push.series({ result: outcome }).add(elapsed / 1000);
    for (const [reason, points] of dropped) instruments.dropped.series({ reason }).add(points);
    if (debug) console.log(line(outcome, elapsed, result.details));
    return code === 0;
  }
}

/** Built-in instruments have the labels already. */
function addLabels({ scopeMetrics }: ResourceMetrics, labels: Attributes | undefined): void {
  for (const { metrics } of labels ? scopeMetrics : []) {
    for (const { aggregationTemporality, dataPoints } of metrics) {
      if (aggregationTemporality !== DELTA) continue;
      for (const point of dataPoints as { attributes: Attributes }[]) {
        point.attributes = { ...labels, ...point.attributes };
      }
    }
  }
}

/** A push in one line: how it ended, and what it cost where the destination tells. */
function line(outcome: string, elapsed: number, details?: PushResult["details"]): string {
  const { series = 0, requests, bytes, status } = details ?? {};
  const cost = details && `, ${series} series, ${bytes} bytes in ${requests} requests, answered ${status}`;
  return `pushmeter: push ${outcome}${cost ?? ""}, ${Math.round(elapsed)} ms`;
}
