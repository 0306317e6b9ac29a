/**
 * OpenTelemetry data to Prometheus metric families, the same for every wire. Each series is in the result once:
 * a receiver refuses a whole push in which one is repeated.
 */
import type { Attributes, HrTime, MetricAdvice } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { DataPoint, InstrumentType, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { GAUGE_POINTS, OBSERVABLE_COUNTER, SUM_POINTS } from "../enumerations.ts";
import { add, addExponential, isExponential, toClassic, type Value } from "../histogram.ts";
import { keyOf } from "../key.ts";
import { type Labels, labelsOf, labelValue } from "./labels.ts";
import { type MetricType, metricName, unitWord } from "./names.ts";
import { METER_NAME } from "./scope.ts";

export interface Point {
  readonly labels: Labels;
  /** Milliseconds since the epoch: the first recording. */
  readonly start: number;
  /** An exponential histogram only where native histograms were asked for. */
  readonly value: Value;
}

export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** As the name has it, `seconds`; may be empty. */
  readonly unit: string;
  /** Of classic histograms. */
  readonly boundaries?: number[] | undefined;
  /** True if the counter was 0 at `start`. False for one that observes a total kept elsewhere. */
  readonly startsAtZero: boolean;
  /** By label set. */
  readonly points: Map<string, Point>;
}

export interface Translation {
  readonly families: readonly Family[];
  /** [namespace/]service.name, empty if the resource has none. */
  readonly job: string;
  /** service.instance.id, empty if the resource has none. */
  readonly instance: string;
  /** Points that Prometheus cannot store, by reason. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** Labels of the attribute objects that every push repeats, and the labels' key. */
export type LabelCache = WeakMap<Attributes, readonly [labels: Labels, key: string]>;

/** @param native - keep exponential histograms, for receivers of native ones. Default: make them classic. */
export function translate(
  { resource, scopeMetrics }: ResourceMetrics,
  cache: LabelCache = new WeakMap(),
  native = false,
): Translation {
  const families = new Map<string, Family>();
  const dropped = new Map<string, number>();
  const drop = (reason: string, points: number) => dropped.set(reason, (dropped.get(reason) ?? 0) + points);

  for (const { scope, metrics } of scopeMetrics) {
    const scopeAttributes: Attributes =
      scope.name === METER_NAME ? {} : { "otel.scope.name": scope.name, "otel.scope.version": scope.version };
    for (const data of metrics) {
      const type = typeOf(data);
      const family = familyOf(families, data, type);
      if (family.type !== type) drop("type_conflict", data.dataPoints.length);
      else {
        for (const point of data.dataPoints) {
          if (!addPoint(family, point, scopeAttributes, cache, native)) drop("bounds_conflict", 1);
        }
      }
    }
  }
  const { attributes } = resource;
  const namespace = attributes["service.namespace"];
  if (families.size) addTargetInfo(families, resource);
  return {
    families: [...families.values()],
    job: (namespace ? `${namespace}/` : "") + (attributes["service.name"] ?? ""),
    instance: labelValue(attributes["service.instance.id"]),
    dropped,
  };
}

function typeOf(data: MetricData): MetricType {
  if (data.dataPointType === SUM_POINTS) return data.isMonotonic ? "counter" : "gauge";
  return data.dataPointType === GAUGE_POINTS ? "gauge" : "histogram";
}

function familyOf(families: Map<string, Family>, { descriptor }: MetricData, type: MetricType): Family {
  const name = metricName(descriptor.name, descriptor.unit, type);
  let family = families.get(name);
  if (!family) {
    // The SDK's descriptor has the instrument's type and advice; the interface does not show them.
    const { type: instrument, advice } = descriptor as {
      type?: InstrumentType;
      advice?: MetricAdvice;
    };
    family = {
      name,
      type,
      help: descriptor.description,
      unit: unitWord(descriptor.unit, type),
      boundaries: advice?.explicitBucketBoundaries,
      startsAtZero: type !== "gauge" && instrument !== OBSERVABLE_COUNTER,
      points: new Map(),
    };
    families.set(name, family);
  }
  return family;
}

/** Attribute sets with the same labels are one series: their values are added up. */
function addPoint(
  family: Family,
  point: DataPoint<unknown>,
  scopeAttributes: Attributes,
  cache: LabelCache,
  native: boolean,
): boolean {
  let known = cache.get(point.attributes);
  if (!known) {
    const labels = labelsOf({ ...point.attributes, ...scopeAttributes });
    known = [labels, keyOf(labels)];
    cache.set(point.attributes, known);
  }
  const [labels, key] = known;
  const start = milliseconds(point.startTime);
  const before = family.points.get(key);
  let value = point.value as Value;
  if (isExponential(value)) value = native ? addExponential(value) : toClassic(value, family.boundaries);
  const merged = before && family.type !== "gauge" ? add(before.value, value) : value;
  if (merged === undefined) return false;
  family.points.set(key, { labels, start: before ? Math.min(before.start, start) : start, value: merged });
  return true;
}

/** The rest of the resource, as the specification says: all that is not in `job` or `instance`. */
function addTargetInfo(families: Map<string, Family>, { attributes }: Resource): void {
  const { "service.name": _, "service.namespace": __, "service.instance.id": ___, ...rest } = attributes;
  const labels = labelsOf(rest);
  if (!Object.keys(labels).length) return;
  families.set("target_info", {
    name: "target_info",
    type: "gauge",
    help: "Target metadata",
    unit: "",
    startsAtZero: false,
    points: new Map([["", { labels, start: 0, value: 1 }]]),
  });
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + Math.floor(nanoseconds / 1e6);
}
