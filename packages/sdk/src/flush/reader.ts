/** Collects from the OpenTelemetry SDK on demand: no timer of its own, so it may be made at module scope. */
import { AggregationTemporality, MetricReader } from "@opentelemetry/sdk-metrics";

export class Reader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
