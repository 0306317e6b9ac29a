/** The user's own metrics, instances added up. */
import { keyOf } from "@pushmeter/sdk/prometheus";
import type { Labels, Sample, Series } from "../storage/database.ts";
import { increase } from "./calls.ts";
import { boundOf } from "./roles.ts";
import { Seconds } from "./seconds.ts";

/** Rows; further ones are counted. */
const MOST = 300;

export type CustomType = "counter" | "gauge" | "histogram";

export interface Custom {
  readonly name: string;
  readonly labels: Labels;
  readonly type: CustomType;
  /** A counter's total, a histogram's count; of a gauge the newest value of each instance. */
  total: number;
  /** A histogram's. */
  sum: number;
  readonly buckets: Map<number, number>;
  readonly seconds: Seconds;
  readonly values: Map<string, number>;
}

export class CustomMetrics {
  readonly #metrics = new Map<string, Custom>();
  readonly #left = new Set<string>();

  /** Rows that did not fit. */
  get left(): number {
    return this.#left.size;
  }

  rows(): Custom[] {
    return [...this.#metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param growth - of a counter, between the times `from` and `to`, ms since the epoch. */
  add(series: Series, sample: Sample, growth: number, from: number, to: number): void {
    const { job: _, instance = "", le, ...labels } = withoutScope(series.labels);
    const type = typeOf(series);
    const name = type === "histogram" ? series.name.replace(/_(bucket|sum|count)$/, "") : series.name;
    const metric = this.#metric(name, labels, type);
    if (!metric) return;
    if (type === "gauge") {
      if (sample.stale) metric.values.delete(instance);
      else metric.values.set(instance, sample.value);
      metric.total = newestOf(metric.values);
    } else if (!sample.stale) {
      if (le !== undefined) increase(metric.buckets, boundOf(series.labels), growth);
      else if (type === "histogram" && series.name.endsWith("_sum")) metric.sum += growth;
      else {
        metric.total += growth;
        metric.seconds.add(growth, from, to);
      }
    }
  }

  #metric(name: string, labels: Labels, type: CustomType): Custom | undefined {
    const key = keyOf({ ...labels, __name__: name });
    const known = this.#metrics.get(key);
    if (known) return known;
    if (this.#metrics.size >= MOST) {
      if (this.#left.size < MOST) this.#left.add(key);
      return undefined;
    }
    const metric: Custom = {
      name,
      labels,
      type,
      total: 0,
      sum: 0,
      buckets: new Map(),
      seconds: new Seconds(),
      values: new Map(),
    };
    this.#metrics.set(key, metric);
    return metric;
  }
}

/** Most wires do not say the type; names do. */
function typeOf({ name, type, labels }: Series): CustomType {
  if (type === "counter" || type === "gauge" || type === "histogram") return type;
  if (/_bucket$/.test(name) && labels.le !== undefined) return "histogram";
  if (/_total$/.test(name)) return "counter";
  return /_(sum|count)$/.test(name) ? "histogram" : "gauge";
}

/** The meter's name is of no use on a page of one application. */
function withoutScope(labels: Labels): Record<string, string> {
  const { otel_scope_name: _, otel_scope_version: __, ...rest } = labels;
  return rest;
}

function newestOf(values: ReadonlyMap<string, number>): number {
  let newest = Number.NaN;
  for (const value of values.values()) newest = value;
  return newest;
}
