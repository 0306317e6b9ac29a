/** What each OpenTelemetry instrument is in Prometheus: which metrics, with which labels and buckets. */
import type { MetricOptions } from "@opentelemetry/api";
import { COUNTER, HISTOGRAM } from "../enumerations.ts";
import { checkNames, checkOneOf, checkText, invalid } from "../options.ts";
import { AS_NAMED } from "../prometheus/names.ts";
import type { Names, Series, SeriesOf } from "../recording/instrument.ts";
import { checkLabels, type Labels, mapped } from "./labels.ts";

/** A metric in Prometheus. */
export interface Metric {
  /** Its name in Prometheus, exactly: nothing is added to it. Letters, digits and underscores. */
  readonly name: string;
  /**
   * Of a histogram instrument `"histogram"`, `"counter"`, which counts its measurements, or `"summary"`, which has their
   * `_count` and `_sum` and no quantiles. Default: the type of the instrument, the only one that others can have.
   */
  readonly type?: "counter" | "histogram" | "summary" | undefined;
  /** The description. Default: the instrument's. */
  readonly help?: string | undefined;
  /** Upper bounds of a histogram's buckets, ascending. Default: the instrument's. */
  readonly buckets?: readonly number[] | undefined;
  /** All labels besides `job` and `instance`. Default: all attributes. */
  readonly labels?: Labels | undefined;
}

/** By the name of the OpenTelemetry instrument, such as `http.server.request.duration`. */
export type Metrics = Readonly<Record<string, Metric | readonly Metric[]>>;

interface Instrument {
  readonly type: Parameters<Names>[0];
  readonly options: MetricOptions;
  readonly create: Parameters<Names>[3];
  readonly report: (error: unknown) => void;
}

/**
 * For `createPushmeter`'s option `names`: names of your choice. Each instrument becomes one metric or several; instruments that are not
 * named here keep their names, and so do observable ones. Measurements that get the same labels are one series and
 * add up. What a function for a label throws goes to `onError`, and the measurement counts without the label.
 *
 * @example
 * ```ts
 * createPushmeter({
 *   names: mapping({
 *     "http.server.request.duration": [
 *       { name: "requests_total", type: "counter", labels: { path: "http.route", status: "http.response.status_code" } },
 *       { name: "request_seconds", buckets: [0.1, 1], labels: { path: "http.route" } },
 *     ],
 *   }),
 * });
 * ```
 * @throws TypeError for a metric, a label or a bucket that Prometheus cannot have.
 */
export function mapping(metrics: Metrics): Names {
  const byInstrument = new Map<string, readonly Metric[]>();
  for (const [instrument, each] of Object.entries(metrics)) {
    const list = Array.isArray(each) ? (each as readonly Metric[]) : [each as Metric];
    list.forEach(checkMetric);
    byInstrument.set(instrument, list);
  }
  return (type, name, options, create, report) => {
    const list = byInstrument.get(name);
    if (!list || options.unit === AS_NAMED || type.startsWith("OBSERVABLE")) return undefined;
    const all = list.map((metric) => recorderOf(metric, { type, options, create, report }));
    return (attributes) => together(all.map((seriesOf) => seriesOf(attributes)));
  };
}

/** Records what an instrument measures as the metric. */
function recorderOf(metric: Metric, { type, options, create, report }: Instrument): SeriesOf {
  const { name, type: kind = "", help = options.description, buckets, labels } = metric;
  const make = (suffix: string, type: Instrument["type"]): SeriesOf => {
    const made = create(type, name + suffix, {
      unit: AS_NAMED,
      ...(help && { description: help }),
      advice: buckets ? { explicitBucketBoundaries: [...buckets] } : options.advice,
    } as MetricOptions);
    return (attributes) => made.series(labels ? mapped(labels, attributes, report) : attributes);
  };
  if (type !== HISTOGRAM || !/counter|summary/.test(kind)) return make("", type);
  if (kind === "counter") return counted(make("", COUNTER));
  const count = counted(make("_count", COUNTER));
  const sum = make("_sum", COUNTER);
  return (attributes) => together([count(attributes), sum(attributes)]);
}

/** Counts measurements. */
function counted(seriesOf: SeriesOf): SeriesOf {
  return (attributes) => {
    const series = seriesOf(attributes);
    return { add: () => series.add(1) };
  };
}

function together(all: readonly Series[]): Series {
  return {
    add(value, exemplar) {
      for (const series of all) series.add(value, exemplar);
    },
  };
}

/** The classic names, without the colons of recording rules and without runs of underscores. */
const NAME = /^[a-zA-Z](?:_?[a-zA-Z\d])*_?$/;

function checkMetric(metric: Metric): void {
  checkNames("a metric of names", metric, "name type help buckets labels");
  const { name, type = "histogram", help = "-", buckets = [1], labels = {} } = metric;
  if (typeof name !== "string" || !NAME.test(name)) {
    invalid("name of a metric of names", name, "a metric's name in Prometheus");
  }
  checkOneOf(`type of ${name}`, type, ["counter", "histogram", "summary"]);
  checkText(`help of ${name}`, help);
  const isAscending = (bound: unknown, i: number, all: readonly number[]) =>
    Number.isFinite(bound) && (i === 0 || (bound as number) > (all[i - 1] as number));
  if (!Array.isArray(buckets) || !buckets.length || !buckets.every(isAscending)) {
    invalid(`buckets of ${name}`, buckets, "numbers, ascending");
  }
  checkLabels(`labels of ${name}`, labels);
}
