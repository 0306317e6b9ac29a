/** Where a push goes: any standard OpenTelemetry exporter, and what pushmeter's own can do besides. */
import type { ExportResult } from "@opentelemetry/core";
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { CUMULATIVE } from "./enumerations.ts";
import type { Details } from "./http/exchange.ts";

/** A standard result, and the points that can never be stored, counted by reason. */
export interface PushResult extends ExportResult {
  readonly dropped?: Dropped | undefined;
  /** A sentence for each metric that cannot be stored, in every push again. */
  readonly conflicts?: ReadonlySet<string> | undefined;
  /** The error has been told with an earlier push. */
  readonly isTold?: boolean | undefined;
  /** What the push cost, if it came to sending. */
  readonly details?: Details | undefined;
}

/** Points that were not stored, by reason. */
export type Dropped = ReadonlyMap<string, number>;

/** What a push may be told. */
export interface PushOptions {
  /** For all of it, ms. */
  readonly timeout?: number | undefined;
  /** The instance ends: does not wait because of earlier failures, unless the receiver has asked for it. */
  readonly last?: boolean | undefined;
}

/** A `PushMetricExporter` that may be told how long it has. Exporters that do not know `options` work too. */
export interface Destination extends PushMetricExporter {
  /** What it stores gets its time from whoever reads it there, as in a Pushgateway. */
  readonly untimed?: true | undefined;
  export(metrics: ResourceMetrics, resultCallback: (result: PushResult) => void, options?: PushOptions): void;
  /** Ends what it has pushed for one `service.instance.id`, or for all: several may share a destination. */
  shutdown(options?: { readonly instance?: string | undefined }): Promise<void>;
}

/**
 * A destination for cumulative totals: the next push carries what a failed one did not deliver.
 *
 * @param push - sends everything.
 */
export function cumulativeDestination(
  push: (metrics: ResourceMetrics, options: PushOptions) => Promise<PushResult>,
  shutdown: Destination["shutdown"] = async () => {},
): Destination {
  return {
    export(metrics, resultCallback, options = {}) {
      push(metrics, options).then(resultCallback, (error) => resultCallback({ code: 1, error }));
    },
    selectAggregationTemporality: () => CUMULATIVE,
    forceFlush: async () => {},
    shutdown,
  };
}

/** Adds up what was dropped, by reason. */
export function sumOf(...all: readonly (Dropped | undefined)[]): Dropped {
  const sum = new Map<string, number>();
  for (const dropped of all) {
    for (const [reason, points] of dropped ?? []) sum.set(reason, (sum.get(reason) ?? 0) + points);
  }
  return sum;
}
