/**
 * Counts what the platform says of inits and invocations: also of those whose process ended before it could count.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
import type { Meter } from "@opentelemetry/api";

export interface PlatformEvent {
  readonly type?: unknown;
  readonly record?: unknown;
}

interface Report {
  readonly requestId?: string;
  readonly status?: string;
  readonly errorType?: string;
  readonly metrics?: { readonly billedDurationMs?: number; readonly durationMs?: number };
}

export class Platform {
  readonly #invocations;
  readonly #billed;
  readonly #init;
  /** Started and not reported on. */
  readonly #open = new Set<string>();
  /** How the runtime said that an invocation ended. The report of a function that threw need not repeat it. */
  readonly #done = new Map<string, Report>();

  constructor(meter: Meter) {
    this.#invocations = meter.createCounter("aws.lambda.invocations", {
      unit: "{invocation}",
      description: "Invocations as the platform reports them, by outcome.",
    });
    this.#billed = meter.createCounter("aws.lambda.billed_duration", {
      unit: "s",
      description: "Billed duration of invocations.",
    });
    this.#init = meter.createHistogram("aws.lambda.init_duration", {
      unit: "s",
      description: "Duration of init phases as the platform reports them, by outcome.",
      advice: { explicitBucketBoundaries: [0.25, 0.5, 1, 5] },
    });
  }

  /** Whether a report is still to come. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  add({ type, record }: PlatformEvent): void {
    const report = (typeof record === "object" && record ? record : {}) as Report;
    const { requestId = "", metrics = {} } = report;
    if (type === "platform.start") this.#open.add(requestId);
    else if (type === "platform.runtimeDone") this.#done.set(requestId, report);
    else if (type === "platform.report") {
      this.#open.delete(requestId);
      const outcome = outcomeOf(report, this.#done.get(requestId));
      this.#done.delete(requestId);
      this.#invocations.add(1, { outcome });
      this.#billed.add((metrics.billedDurationMs ?? 0) / 1000, { outcome });
    } else if (type === "platform.initReport") {
      const outcome = report.status && report.status !== "success" ? "exception" : "success";
      this.#init.record((metrics.durationMs ?? 0) / 1000, { outcome });
    }
  }
}

/** `exception`: the handler threw. `exit`: its process ended. */
function outcomeOf(report: Report, done: Report | undefined): string {
  const statuses = [report.status, done?.status];
  const types = [report.errorType, done?.errorType];
  if (statuses.includes("timeout")) return "timeout";
  if (types.some((type) => type?.includes("OutOfMemory"))) return "out_of_memory";
  if (types.includes("Runtime.ExitError") || statuses.includes("failure")) return "exit";
  return statuses.includes("error") ? "exception" : "success";
}
