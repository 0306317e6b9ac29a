/**
 * What observable gauges have observed in one collection. The OpenTelemetry SDK would keep every set of attributes
 * that they ever had, and count a gauge whose sets change as overflow after 2,000 sets.
 */
import type { Attributes, MetricOptions } from "@opentelemetry/api";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { DELTA, DOUBLE, GAUGE_POINTS, OBSERVABLE_GAUGE } from "../enumerations.ts";
import { hrTime } from "../hr-time.ts";
import { keyOf } from "../key.ts";
import { METER_NAME } from "../prometheus/scope.ts";

export interface Observation {
  readonly attributes: Attributes;
  readonly value: number;
}

export interface ObservedGauge {
  readonly descriptor: MetricData["descriptor"];
  /** By callback: what each has observed last. */
  readonly observations: Map<object, readonly Observation[]>;
}

export class ObservedGauges {
  readonly #gauges: ObservedGauge[] = [];

  create(
    name: string,
    { description = "", unit = "", valueType = DOUBLE }: MetricOptions = {},
  ): ObservedGauge {
    const descriptor = { name, description, unit, valueType, type: OBSERVABLE_GAUGE };
    const gauge = { descriptor, observations: new Map() };
    this.#gauges.push(gauge);
    return gauge;
  }

  /** Adds what was observed to a collection. */
  collect({ resource, scopeMetrics }: ResourceMetrics, now: number): ResourceMetrics {
    const time = hrTime(now);
    const metrics = this.#gauges.map(({ descriptor, observations }): MetricData => {
      const all = [...observations.values()].flat();
      const points = new Map(all.map((each) => [keyOf(each.attributes), each]));
      return {
        descriptor,
        aggregationTemporality: DELTA,
        dataPointType: GAUGE_POINTS,
        dataPoints: Array.from(points.values(), (each) => ({ ...each, startTime: time, endTime: time })),
      };
    });
    if (!metrics.length) return { resource, scopeMetrics };
    return { resource, scopeMetrics: [...scopeMetrics, { scope: { name: METER_NAME }, metrics }] };
  }
}
