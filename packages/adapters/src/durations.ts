/** Histograms of durations, made with the first one that is recorded. */
import type { Attributes, Histogram } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf } from "@pushmeter/sdk/adapter";

/** Advised by the semantic conventions for durations of requests, calls and invocations, in seconds. */
export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Records what began at `startedAt`, ms on the recorder's clock, and ends now. */
export type RecordDuration = (startedAt: number, attributes: Attributes) => void;

export function durations(
  pushmeter: Pushmeter,
  name: string,
  description: string,
  bounds = BOUNDS,
): RecordDuration {
  const recorder = recorderOf(pushmeter);
  let histogram: Histogram | undefined;
  return (startedAt, attributes) => {
    const advice = { explicitBucketBoundaries: bounds };
    histogram ??= pushmeter.meter.createHistogram(name, { unit: "s", description, advice });
    histogram.record((recorder.now() - startedAt) / 1000, attributes);
  };
}
