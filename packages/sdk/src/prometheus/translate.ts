/**
 * OpenTelemetry data to Prometheus metric families, the same for every wire. A series is its translated name and
 * label set: streams that translate to one series are one. No name has two meanings in the result, because a
 * receiver refuses a whole push in which a series is repeated.
 */
import type { Attributes, HrTime, MetricAdvice } from "@opentelemetry/api";
import type {
  DataPoint,
  ExponentialHistogram,
  InstrumentType,
  MetricData,
  ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { GAUGE_POINTS, OBSERVABLE_COUNTER, SUM_POINTS } from "../enumerations.ts";
import { add, type Exemplar, isExponential, type Value } from "../histogram.ts";
import { keyOf } from "../key.ts";
import { toClassic } from "../native-histograms/exponential.ts";
import { type Labels, labelsOf, labelValue } from "./labels.ts";
import { type MetricType, metricName, unitWord } from "./names.ts";
import { METER_NAME } from "./scope.ts";

export interface Point {
  readonly labels: Labels;
  /** Of an aggregator's counters, which have it under the same name. */
  readonly exemplar?: Exemplar | undefined;
  /** Milliseconds since the epoch: the first recording, of a gauge the last one. */
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
  /** Streams of one series add up; of gauges the newest counts. */
  readonly addsUp: boolean;
  /** True if the counter was 0 at `start`. False for one that observes a total kept elsewhere. */
  startsAtZero: boolean;
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
  /** Why, a sentence for each metric. */
  readonly conflicts: ReadonlySet<string>;
}

/** Labels of the attribute objects that every push repeats, and the labels' key. */
export type LabelCache = WeakMap<Attributes, readonly [labels: Labels, key: string]>;

export interface TranslateOptions {
  readonly cache?: LabelCache | undefined;
  /** What becomes of exponential histograms. Default: classic ones. */
  readonly exponential?: ((value: ExponentialHistogram, boundaries?: number[]) => Value) | undefined;
  /** Label names that the wire sets itself: attributes of these names become `exported_<name>`. */
  readonly reserved?: readonly string[] | undefined;
}

const SUFFIXES = ["_bucket", "_sum", "_count"];

export function translate(metrics: ResourceMetrics, options: TranslateOptions = {}): Translation {
  return new Translator(options).translate(metrics);
}

class Translator {
  readonly #options: TranslateOptions;
  readonly #cache: LabelCache;
  readonly #families = new Map<string, Family>();
  /** Names of series, to the family that has them. */
  readonly #names = new Map<string, string>();
  readonly #dropped = new Map<string, number>();
  readonly #conflicts = new Set<string>();

  constructor(options: TranslateOptions) {
    this.#options = options;
    this.#cache = options.cache ?? new WeakMap();
  }

  translate({ resource, scopeMetrics }: ResourceMetrics): Translation {
    const { attributes } = resource;
    const target = targetInfo(attributes);
    if (target) this.#names.set(target.name, target.name);
    for (const { scope, metrics } of scopeMetrics) {
      const { name, version } = scope;
      const labels = name === METER_NAME ? {} : { "otel.scope.name": name, "otel.scope.version": version };
      for (const data of metrics) this.#add(data, labels);
    }
    const families = [...this.#families.values()];
    const namespace = attributes["service.namespace"];
    return {
      families: target && families.length ? [...families, target] : families,
      job: (namespace ? `${namespace}/` : "") + (attributes["service.name"] ?? ""),
      instance: labelValue(attributes["service.instance.id"]),
      dropped: this.#dropped,
      conflicts: this.#conflicts,
    };
  }

  #add(data: MetricData, scope: Attributes): void {
    const { descriptor, dataPointType, dataPoints } = data;
    if (!dataPoints.length) return;
    const type = typeOf(data);
    const addsUp = dataPointType !== GAUGE_POINTS;
    const name = metricName(descriptor.name, descriptor.unit, type);
    const known = this.#families.get(name);
    if (known && (known.type !== type || known.addsUp !== addsUp)) {
      this.#conflict("type_conflict", descriptor.name, name, dataPoints.length);
      return;
    }
    // A classic histogram has three names of series, and any histogram may have to become one.
    const names = type === "histogram" ? [name, ...SUFFIXES.map((suffix) => name + suffix)] : [name];
    const taken = known ? undefined : names.find((each) => this.#names.has(each));
    if (taken) {
      this.#conflict("name_conflict", descriptor.name, taken, dataPoints.length);
      return;
    }
    const family = known ?? familyOf(data, name, type, addsUp);
    this.#families.set(name, family);
    for (const each of names) this.#names.set(each, name);
    family.startsAtZero &&= startsAtZero(data, type);
    for (const point of dataPoints) {
      const reason = this.#addPoint(family, point, scope);
      if (reason) this.#conflict(reason, descriptor.name, name, 1);
    }
  }

  /** Attribute sets with the same labels are one series. Returns why a point cannot be stored. */
  #addPoint(family: Family, point: DataPoint<unknown>, scope: Attributes): string | undefined {
    const { points, boundaries, addsUp } = family;
    let known = this.#cache.get(point.attributes);
    if (!known) {
      const labels = labelsOf({ ...point.attributes, ...scope }, this.#options.reserved);
      known = [labels, keyOf(labels)];
      this.#cache.set(point.attributes, known);
    }
    const [labels, key] = known;
    const start = milliseconds(point.startTime);
    const before = points.get(key);
    let value = point.value as Value;
    if (isExponential(value)) {
      const { exponential = toClassic } = this.#options;
      value = exponential(value, boundaries);
    }
    const { exemplar } = point as Partial<Point>;
    if (!before) points.set(key, { labels, start, value, exemplar });
    else if (addsUp) {
      const sum = add(before.value, value);
      if (sum === undefined) return "bounds_conflict";
      points.set(key, { labels, start: Math.min(before.start, start), value: sum });
    } else if (start >= before.start) points.set(key, { labels, start, value });
    return undefined;
  }

  #conflict(reason: string, metric: string, name: string, points: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + points);
    this.#conflicts.add(`${metric} is not stored (${reason}): another metric is ${name} in Prometheus`);
  }
}

function typeOf(data: MetricData): MetricType {
  if (data.dataPointType === SUM_POINTS) return data.isMonotonic ? "counter" : "gauge";
  return data.dataPointType === GAUGE_POINTS ? "gauge" : "histogram";
}

/** The SDK's descriptor has the instrument's type and advice, which its interface does not declare. */
type Descriptor = MetricData["descriptor"] & { type?: InstrumentType; advice?: MetricAdvice };

function familyOf({ descriptor }: MetricData, name: string, type: MetricType, addsUp: boolean): Family {
  return {
    name,
    type,
    help: descriptor.description,
    unit: unitWord(descriptor.unit, type),
    boundaries: (descriptor as Descriptor).advice?.explicitBucketBoundaries,
    addsUp,
    startsAtZero: true,
    points: new Map(),
  };
}

function startsAtZero({ descriptor }: MetricData, type: MetricType): boolean {
  return type !== "gauge" && (descriptor as Descriptor).type !== OBSERVABLE_COUNTER;
}

/** The rest of the resource, as the specification says: all that is not in `job` or `instance`. */
function targetInfo(attributes: Attributes): Family | undefined {
  const { "service.name": _, "service.namespace": __, "service.instance.id": ___, ...rest } = attributes;
  const labels = labelsOf(rest);
  if (!Object.keys(labels).length) return undefined;
  return {
    name: "target_info",
    type: "gauge",
    help: "Target metadata",
    unit: "",
    addsUp: false,
    startsAtZero: false,
    points: new Map([["", { labels, start: 0, value: 1 }]]),
  };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + Math.floor(nanoseconds / 1e6);
}
