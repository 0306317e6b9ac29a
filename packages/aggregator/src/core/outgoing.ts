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
import { LabelledExemplar } from "@pushmeter/sdk/exemplars";
import type { Labels } from "@pushmeter/sdk/prometheus";
import type { Exemplar } from "./exemplars.ts";
import type { Value } from "./model.ts";
import type { FamilyInfo, Series } from "./series.ts";
import { OWN_SCOPE } from "./series-table.ts";
import type { Target } from "./shard.ts";
import { isBuckets } from "./values.ts";

/** A series with the value to push. */
export type Sample = readonly [series: Series, value: Value, exemplar?: Exemplar | undefined];

/** @param extra - labels that all series get besides their own. */
export function outgoing(
  samples: Iterable<Sample>,
  { resource, shard }: Target,
  time: number,
  extra: Labels | undefined,
): ResourceMetrics {
  const endTime: [number, number] = [Math.floor(time / 1000), (time % 1000) * 1e6];
  const families = new Map<FamilyInfo, { metric: MetricData; points: object[] }>();
  for (const [{ family, labels, bounds }, value, exemplar] of samples) {
    let entry = families.get(family);
    if (!entry) {
      const points: object[] = [];
      entry = { metric: metricOf(family, points), points };
      families.set(family, entry);
    }
    const attributes = extra ? { ...labels, ...extra } : labels;
    const point = { attributes, startTime: endTime, endTime };
    if (!exemplar) {
      entry.points.push({ ...point, value: exported(value, bounds) });
      continue;
    }
    const labelled = new LabelledExemplar(exemplar.labels, exemplar.value, exemplar.time);
    const byBucket: LabelledExemplar[] = [];
    byBucket[[...(bounds ?? []), Infinity].findIndex((bound) => exemplar.value <= bound)] = labelled;
    entry.points.push({ ...point, value: exported(value, bounds, byBucket), exemplar: labelled });
  }
  return {
    resource: resourceFromAttributes({ ...resource, "service.instance.id": shard }),
    // The labels have the scopes already.
    scopeMetrics: [
      { scope: { name: OWN_SCOPE }, metrics: Array.from(families.values(), ({ metric }) => metric) },
    ],
  };
}

function metricOf({ name, unit, description, type }: FamilyInfo, dataPoints: object[]): MetricData {
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
    dataPointType: DATA_POINT_TYPES[type],
    isMonotonic: type === "counter",
    dataPoints,
  };
  return data as unknown as MetricData;
}

const DATA_POINT_TYPES: Readonly<Record<FamilyInfo["type"], DataPointType>> = {
  counter: DataPointType.SUM,
  gauge: DataPointType.GAUGE,
  histogram: DataPointType.HISTOGRAM,
};

/** @param exemplars - by bucket. */
function exported(
  value: Value,
  bounds: readonly number[] = [],
  exemplars?: readonly LabelledExemplar[],
): unknown {
  if (!isBuckets(value)) return value;
  const [sum, ...counts] = value as [number, ...number[]];
  const count = counts.reduce((total, n) => total + n, 0);
  return { count, ...(!Number.isNaN(sum) && { sum }), buckets: { boundaries: bounds, counts }, exemplars };
}
