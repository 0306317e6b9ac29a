/** Totals as OpenTelemetry data, for the SDK's exporters. */
import { ValueType } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import type { Kind } from "./model.ts";
import type { Series, Value } from "./series.ts";
import type { SeriesTable } from "./series-table.ts";
import type { Target } from "./shard.ts";

/** The series for which `pick` gives a value, with it; undefined if there are none. */
export function outgoing(
  table: SeriesTable,
  { resource, shard }: Target,
  time: number,
  pick: (series: Series) => Value | undefined,
): ResourceMetrics | undefined {
  const endTime: [number, number] = [Math.floor(time / 1000), (time % 1000) * 1e6];
  const scopeMetrics: ResourceMetrics["scopeMetrics"] = [];
  for (const { extra, series: all } of table.entries()) {
    const dataPoints = [];
    let first: Series | undefined;
    for (const series of all.values()) {
      const value = pick(series);
      if (value === undefined) continue;
      first ??= series;
      const attributes = extra ? { ...series.attributes, ...extra } : series.attributes;
      dataPoints.push({ attributes, startTime: endTime, endTime, value });
    }
    if (!first) continue;
    const { scope, scopeVersion, name, unit, description, kind } = first.metric;
    const data = {
      // As if observed elsewhere: where a series starts is the heartbeat's to say, not the exporter's.
      descriptor: {
        name,
        unit,
        description,
        valueType: ValueType.DOUBLE,
        type: InstrumentType.OBSERVABLE_COUNTER,
      },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DATA_POINT_TYPES[kind],
      isMonotonic: kind === "counter",
      dataPoints,
    };
    scopeMetrics.push({
      scope: { name: scope, version: scopeVersion },
      metrics: [data as unknown as MetricData],
    });
  }
  if (!scopeMetrics.length) return undefined;
  return { resource: resourceFromAttributes({ ...resource, "service.instance.id": shard }), scopeMetrics };
}

const DATA_POINT_TYPES: Readonly<Record<Kind, DataPointType>> = {
  counter: DataPointType.SUM,
  updown: DataPointType.SUM,
  gauge: DataPointType.GAUGE,
  histogram: DataPointType.HISTOGRAM,
};
