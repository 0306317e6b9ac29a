/** Where a push goes: any standard OpenTelemetry exporter, and what pushmeter's own can do besides. */
import type { ExportResult } from "@opentelemetry/core";
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { CUMULATIVE } from "./enumerations.ts";

/** A standard result, and the points that can never be stored, counted by reason. */
export interface PushResult extends ExportResult {
  readonly dropped?: ReadonlyMap<string, number> | undefined;
}

/** A `PushMetricExporter` that may be told how long it has. Exporters that do not know `options` work too. */
export interface Destination extends PushMetricExporter {
  /** What it stores gets its time from whoever reads it there, as in a Pushgateway. */
  readonly untimed?: true | undefined;
  export(
    metrics: ResourceMetrics,
    resultCallback: (result: PushResult) => void,
    options?: { readonly timeout?: number },
  ): void;
  /**
   * Writes one sample of each point at a given time and remembers nothing of the series: for an aggregator, which
   * keeps totals and zeros itself. Resolves to the points that can never be stored; rejects if not all is stored.
   */
  write?(metrics: ResourceMetrics, options: WriteOptions): Promise<PushResult["dropped"]>;
}

export interface WriteOptions {
  /** Of all samples, milliseconds since the epoch. */
  readonly time: number;
  /** Stale markers in place of the values. Default false. */
  readonly stale?: boolean;
  /** ms. */
  readonly timeout?: number;
}

/**
 * A destination for cumulative totals: a push that failed is made good by the next.
 *
 * @param push - sends everything or rejects; resolves to the points that can never be stored.
 */
export function cumulativeDestination(
  push: (metrics: ResourceMetrics, timeout?: number) => Promise<PushResult["dropped"]>,
  shutdown: () => Promise<void> = async () => {},
): Destination {
  return {
    export(metrics, resultCallback, options) {
      push(metrics, options?.timeout).then(
        (dropped) => resultCallback({ code: 0, dropped }),
        (error) => resultCallback({ code: 1, error }),
      );
    },
    selectAggregationTemporality: () => CUMULATIVE,
    forceFlush: async () => {},
    shutdown,
  };
}
