/**
 * A batch as pushmeter's own sender hands it to the object: what OTLP says, without what merging would have to
 * compute again for every point. A series is named by the text that it is looked up with.
 */
import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { keyOf } from "@pushmeter/sdk/prometheus";
import { BadInput, type Batch, type Kind, type Metric, type Point, type Value } from "./model.ts";

interface Compact {
  readonly resource: Batch["resource"];
  readonly rejected: readonly [string, number][];
  readonly metrics: readonly {
    readonly metric: Metric;
    readonly bounds?: readonly number[] | undefined;
    readonly points: readonly CompactPoint[];
  }[];
}

type CompactPoint = readonly [key: string, time: number, value: Value];

const encoder = new TextEncoder();

/** Of metrics with delta temporality. */
export function encodeCompact({ resource, scopeMetrics }: ResourceMetrics): Uint8Array<ArrayBuffer> {
  const rejected = new Map<string, number>();
  const reject = (reason: string) => rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
  const metrics: { metric: Metric; bounds?: number[] | undefined; points: CompactPoint[] }[] = [];
  for (const { scope, metrics: all } of scopeMetrics) {
    for (const data of all) {
      const { name, unit, description } = data.descriptor;
      const points: CompactPoint[] = [];
      let bounds: number[] | undefined;
      for (const { attributes, endTime, value } of data.dataPoints as DataPoint<AnyValue>[]) {
        const number = typeof value === "number" ? value : (value.sum ?? 0);
        // JSON cannot express it, and a total could not grow beyond it.
        if (!Number.isFinite(number)) {
          reject("not_a_number");
          continue;
        }
        if (typeof value !== "number" && "buckets" in value) bounds = value.buckets.boundaries;
        points.push([keyOf(attributes), Math.floor(endTime[0] * 1000 + endTime[1] / 1e6), stored(value)]);
      }
      const kind = kindOf(data);
      const metric = { scope: scope.name, scopeVersion: scope.version ?? "", name, unit, description, kind };
      metrics.push({ metric, bounds, points });
    }
  }
  const compact: Compact = { resource: resource.attributes, rejected: [...rejected], metrics };
  return encoder.encode(JSON.stringify(compact));
}

/** @throws BadInput if the bytes are not what `encodeCompact` makes. */
export function decodeCompact(body: Uint8Array): Batch[] {
  try {
    const { resource, rejected, metrics } = JSON.parse(new TextDecoder().decode(body)) as Compact;
    const points: Point[] = [];
    for (const { metric, bounds, points: all } of metrics) {
      for (const [key, time, value] of all) {
        // JSON writes NaN, a sum that does not exist, as null.
        if (bounds && (value as number[])[0] === null) (value as number[])[0] = Number.NaN;
        points.push({ metric, key, start: 0, time, value, bounds, cumulative: false });
      }
    }
    return [{ resource, points, rejected: new Map(rejected) }];
  } catch {
    throw new BadInput("not a batch of pushmeter's");
  }
}

type AnyValue = number | Histogram | ExponentialHistogram;

function stored(value: AnyValue): Value {
  if (typeof value === "number" || !("buckets" in value)) return value;
  return [value.sum ?? Number.NaN, ...value.buckets.counts];
}

function kindOf(data: MetricData): Kind {
  switch (data.dataPointType) {
    case DataPointType.SUM:
      return data.isMonotonic ? "counter" : "updown";
    case DataPointType.GAUGE:
      return "gauge";
    default:
      return "histogram";
  }
}
