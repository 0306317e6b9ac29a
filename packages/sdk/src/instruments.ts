/** The built-in instruments. Names, units and buckets: semantic conventions 1.44. */
import type { Meter } from "@opentelemetry/api";

/** Advised by the conventions for `http.server.request.duration` and for the FaaS durations, in seconds. */
const DURATION = {
  unit: "s",
  advice: {
    explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
};

export const REQUESTS = "http.server.request.duration";
export const INVOCATIONS = "faas.invoke_duration";

export type Instruments = ReturnType<typeof createInstruments>;

export function createInstruments(meter: Meter) {
  const duration = (name: string, description: string) =>
    meter.createHistogram(name, { ...DURATION, description });
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description });
  return {
    request: duration(REQUESTS, "Duration of HTTP server requests."),
    invoke: duration(INVOCATIONS, "Duration of invocations other than requests."),
    coldstarts: counter("faas.coldstarts", "{coldstart}", "Instances started."),
    push: duration("pushmeter.push.duration", "Duration of pushes."),
    dropped: counter("pushmeter.push.dropped", "{point}", "Data points not stored."),
  };
}
