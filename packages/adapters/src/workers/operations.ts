/** Operations that a handler waits for: how long each takes, and how it ends. */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { type Ending, recorderOf, withOutcome } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { durations, type RecordDuration } from "../durations.ts";

/** Names of histograms: OpenTelemetry semantic conventions 1.44. */
export const DATABASE = "db.client.operation.duration";
export const HTTP_CLIENT = "http.client.request.duration";
export const MESSAGING = "messaging.client.operation.duration";
export const RPC_CLIENT = "rpc.client.call.duration";
export const GEN_AI = "gen_ai.client.operation.duration";

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  [DATABASE]: "Duration of operations on databases and stores.",
  [HTTP_CLIENT]: "Duration of outgoing HTTP requests.",
  [MESSAGING]: "Duration of operations on queues.",
  [RPC_CLIENT]: "Duration of outgoing calls by RPC.",
  [GEN_AI]: "Duration of operations of models.",
};

/** Calls `run` and records it. Returns what it returns and throws what it throws. */
export type MeasureOperation = (metric: string, attributes: Attributes, run: () => unknown) => unknown;

export function operationsMeasure(pushmeter: Pushmeter): MeasureOperation {
  const recorder = recorderOf(pushmeter);
  const histograms = new Map<string, RecordDuration>();
  const record = (metric: string, startedAt: number, attributes: Attributes, ending: Ending) =>
    attempt(recorder, () => {
      const duration = histograms.get(metric) ?? durations(pushmeter, metric, DESCRIPTIONS[metric] ?? "");
      histograms.set(metric, duration);
      const { status } = ending;
      if (status) attributes["http.response.status_code"] = status;
      duration(startedAt, withOutcome(attributes, ending));
    });

  return (metric, attributes, run) => {
    const startedAt = recorder.now();
    const failed = (error: unknown) => void record(metric, startedAt, attributes, { thrown: { error } });
    const succeeded = (result: unknown) => {
      const status = metric === HTTP_CLIENT ? (result as Response | undefined)?.status : undefined;
      record(metric, startedAt, attributes, { status });
    };
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      failed(error);
      throw error;
    }
    if (result instanceof Promise) {
      return result.then(
        (value: unknown) => {
          succeeded(value);
          return value;
        },
        (error: unknown) => {
          failed(error);
          throw error;
        },
      );
    }
    // The platform's promise of a call by RPC: its properties can be used before it is fulfilled, so it stays itself.
    if (isThenable(result)) result.then(succeeded, failed);
    else succeeded(result);
    return result;
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}
