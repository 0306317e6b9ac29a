import type { Histogram, Meter } from "@opentelemetry/api";

/**
 * Creates the meter's histograms at their first recording. The SDK chooses classic or exponential buckets when it
 * creates them, and the destination, which decides that, is known from the first invocation on.
 */
export function lateHistograms(meter: Meter): Meter {
  const create = meter.createHistogram.bind(meter);
  meter.createHistogram = (name, options) => {
    let histogram: Histogram | undefined;
    return {
      record(value, attributes, context) {
        histogram ??= create(name, options);
        histogram.record(value, attributes, context);
      },
    };
  };
  return meter;
}
