/** What the doctor pushes: a few series that name it, which end with stale markers. */
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

/** Of the series, in OpenTelemetry and in Prometheus. */
export const CANARY = "pushmeter_doctor_canary";
/** The label `job`. */
const JOB = "pushmeter_doctor";

type Attributes = Readonly<Record<string, string>>;
type HrTime = [seconds: number, nanoseconds: number];

interface Point {
  readonly value: number;
  readonly attributes?: Attributes;
}

interface Times {
  /** When it was zero, ms since the epoch. */
  readonly start: number;
  readonly time: number;
  readonly attributes: Attributes;
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.floor(ms % 1000) * 1e6];

function descriptor(name: string, type: string) {
  return { name, type, description: "Pushed by pushmeter doctor, ends at once", unit: "", valueType: 1 };
}

/** One value for each point, of a gauge `pushmeter_doctor_canary`. */
export function gauge(time: number, ...points: readonly Point[]): MetricData {
  return {
    descriptor: descriptor(CANARY, "GAUGE"),
    dataPointType: DataPointType.GAUGE,
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map(({ value, attributes = {} }) => ({
      value,
      attributes,
      startTime: hrTime(time),
      endTime: hrTime(time),
    })),
  };
}

/** A counter, in Prometheus `pushmeter_doctor_canary_<name>_total`. */
export function counter(
  name: string,
  value: number,
  { start, time, attributes, isDelta = false }: Times & { readonly isDelta?: boolean },
): MetricData {
  return {
    descriptor: descriptor(`${CANARY}_${name}`, "COUNTER"),
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    aggregationTemporality: isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    dataPoints: [{ value, attributes, startTime: hrTime(start), endTime: hrTime(time) }],
  };
}

/** A histogram with exponential buckets: three measurements, all 1. */
export function exponential(name: string, { start, time, attributes }: Times): MetricData {
  const buckets = { offset: -1, bucketCounts: [3] };
  return {
    descriptor: descriptor(`${CANARY}_${name}`, "HISTOGRAM"),
    dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: [
      {
        value: {
          count: 3,
          sum: 3,
          scale: 0,
          zeroCount: 0,
          positive: buckets,
          negative: { offset: 0, bucketCounts: [] },
          min: 1,
          max: 1,
        },
        attributes,
        startTime: hrTime(start),
        endTime: hrTime(time),
      },
    ],
  };
}

/** As a reader would collect them from an instance. */
export function collected(instance: string, ...metrics: readonly MetricData[]): ResourceMetrics {
  const attributes = { "service.name": JOB, "service.instance.id": instance };
  const resource: ResourceMetrics["resource"] = {
    attributes,
    getRawAttributes: () => Object.entries(attributes),
    merge: () => resource,
  };
  // The SDK's own scope adds no labels.
  return { resource, scopeMetrics: [{ scope: { name: "@pushmeter/sdk" }, metrics: [...metrics] }] };
}
