/**
 * One push: has callbacks observe, passes what was recorded to the destination and records duration and result. The
 * next push carries that record.
 */
import type { InstrumentType, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination, PushResult } from "../destination.ts";
import { CUMULATIVE } from "../enumerations.ts";
import { PushError } from "../http/error.ts";
import type { Instance } from "../instance.ts";
import type { Instruments } from "../recording/instruments.ts";
import type { Recording } from "../recording/recording.ts";
import type { Reporter } from "../reporter.ts";
import { inTime, type Runtime } from "../runtime.ts";

export interface PusherOptions {
  readonly runtime: Runtime;
  readonly recording: Recording;
  readonly instruments: Instruments;
  readonly reporter: Reporter;
  /** Is called with every failure. */
  readonly report: (error: unknown) => void;
}

export class Pusher {
  readonly #options: PusherOptions;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /**
   * Collects what was recorded.
   *
   * @param destination - takes totals or deltas; totals if it does not tell.
   */
  async collect(
    { resource, labels }: Pick<Instance, "resource" | "labels">,
    destination?: Destination,
  ): Promise<ResourceMetrics> {
    const { recording, report } = this.#options;
    const errors = await recording.observe();
    // All deltas are taken together, after the last callback: an invocation that is aborted while a callback waits
    // loses nothing.
    const metrics = recording.collect(
      resource,
      labels,
      (type: InstrumentType) => destination?.selectAggregationTemporality?.(type) ?? CUMULATIVE,
    );
    for (const error of errors) report(error);
    return metrics;
  }

  /** True if everything was stored. Never rejects; gives up after `timeout` ms. */
  async push(
    destination: Destination,
    instance: Instance,
    { timeout, last }: { readonly timeout: number; readonly last: boolean },
  ): Promise<boolean> {
    const { runtime, report, instruments, reporter } = this.#options;
    const started = runtime.monotonic();
    let result: PushResult;
    try {
      const batch = await this.collect(instance, destination);
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
    instruments.push({ result: outcome }).add(elapsed / 1000);
    for (const [reason, points] of dropped) instruments.dropped({ reason }).add(points);
    if (instance.debug) console.log(line(outcome, elapsed, result.details));
    return code === 0;
  }
}

/** A push in one line: how it ended, and what it cost where the destination tells. */
function line(outcome: string, elapsed: number, details?: PushResult["details"]): string {
  const { series = 0, requests, bytes, status } = details ?? {};
  const cost = details && `, ${series} series, ${bytes} bytes in ${requests} requests, answered ${status}`;
  return `pushmeter: push ${outcome}${cost ?? ""}, ${Math.round(elapsed)} ms`;
}
