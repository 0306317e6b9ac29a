/** Collects on demand. It starts no timer, so it may be created at module scope. */
import { type AggregationSelector, type MetricProducer, MetricReader } from "@opentelemetry/sdk-metrics";
import { DELTA } from "../enumerations.ts";

export class Reader extends MetricReader {
  readonly #producer: MetricProducer | undefined;

  /** @param producer - of metrics besides those of the OpenTelemetry SDK. */
  constructor(aggregationSelector: AggregationSelector, producer?: MetricProducer) {
    super({ aggregationSelector, aggregationTemporalitySelector: () => DELTA });
    this.#producer = producer;
  }

  override async collect(...options: Parameters<MetricReader["collect"]>) {
    const result = await super.collect(...options);
    // Only now, unlike a reader's option `metricProducers`: if the invocation is aborted while one of the user's
    // callbacks waits, nothing has been taken from the producer yet.
    const produced = await this.#producer?.collect();
    if (produced) result.resourceMetrics.scopeMetrics.push(...produced.resourceMetrics.scopeMetrics);
    return result;
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
