/** Collects from the OpenTelemetry SDK on demand. It starts no timer, so it may be created at module scope. */
import { type AggregationSelector, MetricReader } from "@opentelemetry/sdk-metrics";
import { DELTA } from "../enumerations.ts";

export class Reader extends MetricReader {
  constructor(aggregationSelector: AggregationSelector) {
    super({ aggregationSelector, aggregationTemporalitySelector: () => DELTA });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
