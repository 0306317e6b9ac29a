/**
 * The members of the OpenTelemetry SDK's enumerations that are needed here. Importing an enumeration would put all
 * of its names into the bundle. The types make the compiler check these numbers and strings.
 */
import type { ValueType } from "@opentelemetry/api";
import type {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  InstrumentType,
} from "@opentelemetry/sdk-metrics";

export const DELTA: AggregationTemporality.DELTA = 0;
export const CUMULATIVE: AggregationTemporality.CUMULATIVE = 1;

export const DEFAULT_BUCKETS: AggregationType.DEFAULT = 0;
export const EXPONENTIAL_BUCKETS: AggregationType.EXPONENTIAL_HISTOGRAM = 5;

export const HISTOGRAM_POINTS: DataPointType.HISTOGRAM = 0;
export const EXPONENTIAL_POINTS: DataPointType.EXPONENTIAL_HISTOGRAM = 1;
export const GAUGE_POINTS: DataPointType.GAUGE = 2;
export const SUM_POINTS: DataPointType.SUM = 3;

export const INT: ValueType.INT = 0;
export const DOUBLE: ValueType.DOUBLE = 1;

export const COUNTER: `${InstrumentType.COUNTER}` = "COUNTER";
export const UP_DOWN_COUNTER: `${InstrumentType.UP_DOWN_COUNTER}` = "UP_DOWN_COUNTER";
export const HISTOGRAM: `${InstrumentType.HISTOGRAM}` = "HISTOGRAM";
export const GAUGE: `${InstrumentType.GAUGE}` = "GAUGE";
export const OBSERVABLE_COUNTER: `${InstrumentType.OBSERVABLE_COUNTER}` = "OBSERVABLE_COUNTER";
export const OBSERVABLE_UP_DOWN_COUNTER: `${InstrumentType.OBSERVABLE_UP_DOWN_COUNTER}` =
  "OBSERVABLE_UP_DOWN_COUNTER";
export const OBSERVABLE_GAUGE: `${InstrumentType.OBSERVABLE_GAUGE}` = "OBSERVABLE_GAUGE";
