/** Instruments of Lambda alone. Names and buckets: semantic conventions 1.44, "FaaS metrics". */
import type { Meter } from "@opentelemetry/api";
import type { Ending, Outcome } from "@pushmeter/sdk/adapter";
import type { FaasSource } from "./source.ts";

/** In seconds. Few, for each environment records one value. */
const BUCKETS = [0.25, 0.5, 1];

export function createInstruments(meter: Meter) {
  const records = meter.createCounter("faas.records", {
    unit: "{record}",
    description: "Records of batches, by the outcome of each.",
  });
  return {
    init: meter.createHistogram("faas.init_duration", {
      unit: "s",
      description: "From the start of the process until the handler was instrumented.",
      advice: { explicitBucketBoundaries: BUCKETS },
    }),

    recordBatch({ attributes, trigger }: FaasSource, ending: Ending, size: number, reported: number): void {
      const failed = ending.thrown ? size : reported;
      const isTimeout = (ending.thrown?.error as Error | undefined)?.name === "TimeoutError";
      const count = (outcome: Outcome, number: number) => {
        if (number) records.add(number, { ...attributes, "faas.trigger": trigger, outcome });
      };
      count("success", size - failed);
      count(isTimeout ? "timeout" : "exception", failed);
    },
  };
}
