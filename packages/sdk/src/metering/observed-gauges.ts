/**
 * What observable gauges have observed in one collection. The OpenTelemetry SDK would keep every set of attributes
 * that they ever had, and count a gauge whose sets change as overflow after 2,000 sets.
 */
import type { Attributes, HrTime, MetricOptions } from "@opentelemetry/api";
import type { InstrumentType, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { DELTA, DOUBLE, GAUGE_POINTS, OBSERVABLE_GAUGE } from "../enumerations.ts";
import { keyOf } from "../key.ts";
import { METER_NAME } from "../prometheus/scope.ts";

export interface Observation {
  readonly attributes: Attributes;
  readonly value: number;
}

export class ObservedGauge {
  readonly #descriptor;
  /** By callback: what each has observed last. */
  readonly #observations = new Map<object, readonly Observation[]>();

  constructor(name: string, { description = "", unit = "", valueType = DOUBLE }: MetricOptions = {}) {
    this.#descriptor = { name, description, unit, valueType, type: OBSERVABLE_GAUGE as InstrumentType };
  }

  /** Replaces what a callback has observed before. */
  observe(callback: object, observations: readonly Observation[]): void {
    this.#observations.set(callback, observations);
  }

  /** The callback is removed, or has yet to observe something in this collection. */
  forget(callback: object): void {
    this.#observations.delete(callback);
  }

  collect(time: HrTime): MetricData {
    const points = new Map<string, Observation>();
    for (const each of [...this.#observations.values()].flat()) points.set(keyOf(each.attributes), each);
    return {
      descriptor: this.#descriptor,
      aggregationTemporality: DELTA,
      dataPointType: GAUGE_POINTS,
      dataPoints: Array.from(points.values(), (each) => ({ ...each, startTime: time, endTime: time })),
    };
  }
}

export class ObservedGauges {
  readonly #gauges: ObservedGauge[] = [];

  create(name: string, options?: MetricOptions): ObservedGauge {
    const gauge = new ObservedGauge(name, options);
    this.#gauges.push(gauge);
    return gauge;
  }

  /** Adds what was observed to a collection. */
  collect({ resource, scopeMetrics }: ResourceMetrics, now: number): ResourceMetrics {
    const time: HrTime = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const metrics = this.#gauges.map((gauge) => gauge.collect(time));
    if (!metrics.length) return { resource, scopeMetrics };
    return { resource, scopeMetrics: [...scopeMetrics, { scope: { name: METER_NAME }, metrics }] };
  }
}
