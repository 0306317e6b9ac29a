/** Where a push goes: any standard OpenTelemetry exporter, and what pushmeter's own can do besides. */
import type { ExportResult } from "@opentelemetry/core";
import type {
  AggregationTemporality,
  MetricData,
  PushMetricExporter,
  ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { CUMULATIVE, GAUGE_POINTS } from "./enumerations.ts";
import type { NativeHistograms } from "./histogram.ts";
import type { Details } from "./http/exchange.ts";

/** A standard result, and the points that can never be stored, counted by reason. */
export interface PushResult extends ExportResult {
  readonly dropped?: Dropped | undefined;
  /** A sentence for each metric that cannot be stored, in every push again. */
  readonly conflicts?: ReadonlySet<string> | undefined;
  /** The error has been told with an earlier push. */
  readonly isTold?: boolean | undefined;
  /**
   * Of `write`, if the receiver has stored everything else: the points that it names in its refusal, as family name and
   * `keyOf` the labels.
   */
  readonly refused?: ReadonlySet<string> | undefined;
  /** What the push cost, if it came to sending. */
  readonly details?: (Details & { readonly series?: number }) | undefined;
}

/** Points that were not stored, by reason. */
export type Dropped = ReadonlyMap<string, number>;

/** What a push may be told. */
export interface PushOptions {
  /** For all of it, ms. */
  readonly timeout?: number | undefined;
  /** The instance may end: does not wait because of earlier failures, unless the receiver has asked for it. */
  readonly last?: boolean | undefined;
}

/** A `PushMetricExporter` that may be told how long it has. Exporters that do not know `options` work too. */
export interface Destination extends PushMetricExporter {
  /** False: what it stores gets the time at which it is scraped, as in a Pushgateway. */
  readonly timestamps?: false | undefined;
  /** Adds exponential histograms up. A destination without it gets classic ones. */
  readonly native?: NativeHistograms | undefined;
  export(metrics: ResourceMetrics, resultCallback: (result: PushResult) => void, options?: PushOptions): void;
  /** Ends what it has pushed for one `service.instance.id`, or for all: several may share a destination. */
  shutdown(options?: { readonly instance?: string | undefined }): Promise<void>;
  /** Ends what it has pushed, as `shutdown` does, and can be used again: for an aggregator that falls asleep. */
  pause?(): Promise<void>;
  /**
   * Writes one sample of each point at a given time and remembers nothing of the series: for an aggregator, which
   * keeps totals and zeros itself. Does not search for series that are refused. Never rejects.
   */
  write?(metrics: ResourceMetrics, options: WriteOptions): Promise<PushResult>;
}

export interface WriteOptions extends PushOptions {
  /** Of all samples, milliseconds since the epoch. */
  readonly time: number;
  /** Stale markers in place of the values. Default false. */
  readonly stale?: boolean | undefined;
}

/** What a destination consists of. */
export interface DestinationParts {
  readonly temporality: AggregationTemporality;
  /** Sends everything. */
  readonly push: (metrics: ResourceMetrics, options: PushOptions) => Promise<PushResult>;
  readonly shutdown?: Destination["shutdown"] | undefined;
}

/**
 * A destination with the life that OpenTelemetry demands of an exporter: after `shutdown` it exports nothing, a second
 * `shutdown` does nothing, and `forceFlush` waits for the exports under way.
 */
export function createDestination({ temporality, push, shutdown }: DestinationParts): Destination {
  const underWay = new Set<Promise<unknown>>();
  /** Instances that were shut down; undefined stands for all. */
  const ended = new Set<string | undefined>();

  async function pushOnce(metrics: ResourceMetrics, options: PushOptions): Promise<PushResult> {
    const { attributes } = metrics.resource;
    if (ended.has(undefined) || ended.has(`${attributes["service.instance.id"]}`)) {
      throw new Error("pushmeter: nothing is exported after shutdown");
    }
    if (metrics.scopeMetrics.some((scope) => scope.metrics.some((data) => isOther(data, temporality)))) {
      const accepted = temporality === CUMULATIVE ? "totals" : "deltas";
      throw new TypeError(`pushmeter: takes ${accepted}: use the exporter's selectAggregationTemporality`);
    }
    return push(metrics, options);
  }
  const forceFlush = async () => void (await Promise.allSettled(underWay));

  return {
    export(metrics, resultCallback, options = {}) {
      const pushed = pushOnce(metrics, options);
      const ending = pushed.then(resultCallback, (error) => resultCallback({ code: 1, error }));
      underWay.add(ending);
      void ending.finally(() => underWay.delete(ending));
    },
    selectAggregationTemporality: () => temporality,
    forceFlush,
    ...(shutdown && { pause: () => forceFlush().then(() => shutdown({})) }),
    async shutdown(options = {}) {
      if (ended.has(undefined) || ended.has(options.instance)) return;
      ended.add(options.instance);
      await forceFlush();
      await shutdown?.(options);
    },
  };
}

/** Whether totals are handed over for deltas, or deltas for totals. Gauges are neither. */
function isOther(data: MetricData, temporality: AggregationTemporality): boolean {
  const { dataPointType, dataPoints, aggregationTemporality } = data;
  return dataPointType !== GAUGE_POINTS && dataPoints.length > 0 && aggregationTemporality !== temporality;
}

/** A destination for cumulative totals: the next push carries what a failed one did not deliver. */
export function cumulativeDestination(
  push: DestinationParts["push"],
  shutdown?: DestinationParts["shutdown"],
): Destination {
  return createDestination({ temporality: CUMULATIVE, push, shutdown });
}

/** Adds up what was dropped, by reason. */
export function sumOf(...all: readonly (Dropped | undefined)[]): Dropped {
  const sum = new Map<string, number>();
  for (const dropped of all) {
    for (const [reason, points] of dropped ?? []) sum.set(reason, (sum.get(reason) ?? 0) + points);
  }
  return sum;
}
