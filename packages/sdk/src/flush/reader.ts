/** Collects from the OpenTelemetry SDK on demand: no timer of its own, so it may be made at module scope. */
import { type AggregationSelector, AggregationTemporality, MetricReader } from "@opentelemetry/sdk-metrics";

export class Reader extends MetricReader {
  constructor(aggregationSelector: AggregationSelector) {
    super({ aggregationSelector, aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
