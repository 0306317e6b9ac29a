/**
 * A batch as pushmeter's own sender hands it to the object: what OTLP says, without what merging would have to
 * find out again for every point. A series is named by the text that it is looked up with.
 */
import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { BadInput, type Batch, type Kind, keyOf, type Metric, type Point } from "./model.ts";

interface Compact {
  readonly resource: Batch["resource"];
  readonly rejected: readonly [string, number][];
  readonly metrics: readonly { readonly metric: Metric; readonly points: readonly CompactPoint[] }[];
}

type CompactPoint = readonly [key: string, time: number, value: number | Histogram];

const encoder = new TextEncoder();

/** Of metrics with delta temporality. */
export function encodeCompact({ resource, scopeMetrics }: ResourceMetrics): Uint8Array<ArrayBuffer> {
  const rejected = new Map<string, number>();
  const reject = (reason: string, points: number) =>
    rejected.set(reason, (rejected.get(reason) ?? 0) + points);
  const metrics: { metric: Metric; points: CompactPoint[] }[] = [];
  for (const { scope, metrics: all } of scopeMetrics) {
    for (const data of all) {
      const kind = kindOf(data);
      if (!kind) {
        reject("exponential_histogram", data.dataPoints.length);
        continue;
      }
      const { name, unit, description } = data.descriptor;
      const points: CompactPoint[] = [];
      for (const { attributes, endTime, value } of data.dataPoints as DataPoint<number | Histogram>[]) {
        const number = typeof value === "number" ? value : (value.sum ?? 0);
        // JSON has no word for it, and a total could not grow beyond.
        if (!Number.isFinite(number)) reject("not_a_number", 1);
        else points.push([keyOf(attributes), Math.floor(endTime[0] * 1000 + endTime[1] / 1e6), value]);
      }
      const metric = { scope: scope.name, scopeVersion: scope.version ?? "", name, unit, description, kind };
      metrics.push({ metric, points });
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
    for (const { metric, points: all } of metrics) {
      for (const [key, time, value] of all) points.push({ metric, key, time, value, cumulative: false });
    }
    return [{ resource, points, rejected: new Map(rejected) }];
  } catch {
    throw new BadInput("not a batch of pushmeter's");
  }
}

function kindOf(data: MetricData): Kind | undefined {
  switch (data.dataPointType) {
    case DataPointType.SUM:
      return data.isMonotonic ? "counter" : "updown";
    case DataPointType.GAUGE:
      return "gauge";
    case DataPointType.HISTOGRAM:
      return "histogram";
    default:
      return undefined;
  }
}
