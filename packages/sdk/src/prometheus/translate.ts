/**
 * OpenTelemetry data to Prometheus metric families, once, for every wire. No series stands in the result
 * twice: a receiver would refuse the whole push.
 */
import type { Attributes, AttributeValue, HrTime, MetricAdvice } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { DataPoint, InstrumentType, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { GAUGE_POINTS, OBSERVABLE_COUNTER, SUM_POINTS } from "../enumerations.ts";
import { add, addExponential, isExponential, toClassic, type Value } from "../histogram.ts";
import { labelName, type MetricType, metricName, unitWord } from "./names.ts";
import { METER_NAME } from "./scope.ts";

/** Label names to values as Prometheus stores them, sorted by name. */
export type Labels = Readonly<Record<string, string>>;

interface Point {
  readonly labels: Labels;
  /** Milliseconds since the epoch: the first recording. */
  readonly start: number;
  /** An exponential histogram for who takes native ones. */
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
  /** The counter did not exist before `start`; one that observes a total from elsewhere may have. */
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
  /** Points that Prometheus cannot hold, by reason. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** Longer values are cut: receivers refuse them (Mimir and Grafana Cloud above 2048 bytes). */
const LONGEST_VALUE = 1024;

/** Labels of attribute objects that come again with every push, and the labels as one string. */
export type LabelCache = WeakMap<Attributes, readonly [labels: Labels, key: string]>;

/** @param native - exponential histograms stay what they are. */
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

/** Attribute sets that differ only in what Prometheus cannot write are one series: they are added up. */
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
    known = [labels, JSON.stringify(labels)];
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

/** Attributes as labels. Keys that collide join their values with `;` in the order of the keys. */
function labelsOf(attributes: Attributes): Labels {
  const labels: Record<string, string> = {};
  const keys = Object.keys(attributes).map((key) => [labelName(key), key] as const);
  for (const [name, key] of keys.sort()) {
    const value = labelValue(attributes[key]);
    if (value) labels[name] = Object.hasOwn(labels, name) ? `${labels[name]};${value}` : value;
  }
  return labels;
}

function labelValue(value: AttributeValue | undefined): string {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return text.slice(0, LONGEST_VALUE).toWellFormed();
}

/** All of the resource that is in no other label, as the specification has it. */
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
