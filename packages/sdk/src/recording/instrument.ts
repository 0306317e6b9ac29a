/** A built-in counter or histogram. */
import type { Attributes, Histogram, MetricOptions } from "@opentelemetry/api";
import type { MetricData } from "@opentelemetry/sdk-metrics";
import { OVERFLOW } from "../cardinality.ts";
import {
  COUNTER,
  CUMULATIVE,
  DELTA,
  DOUBLE,
  HISTOGRAM,
  HISTOGRAM_POINTS,
  SUM_POINTS,
} from "../enumerations.ts";
import { hrTime } from "../hr-time.ts";
import { keyOf } from "../key.ts";
import { Accumulation } from "./accumulation.ts";

/** One series of an instrument. */
export interface Series {
  add(value: number): void;
}

/** What the instruments of one pushmeter share. */
export interface InstrumentHost {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Attribute sets per instrument, the overflow set among them. */
  readonly cardinalityLimit: number;
  /** Names of attributes to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** Attributes of every series. Known from the first invocation on. */
  labels(): Attributes | undefined;
  /** The OpenTelemetry SDK's histogram instead, where the destination asks for exponential buckets. */
  exponential(name: string, options: MetricOptions): Histogram | undefined;
}

export class Instrument {
  readonly #host: InstrumentHost;
  readonly #name: string;
  readonly #options: MetricOptions;
  readonly #bounds: number[] | undefined;
  readonly #series = new Map<string, Series>();
  readonly #accumulations: Accumulation[] = [];

  /** @param options - with bounds of buckets it is a histogram, else a counter. */
  constructor(host: InstrumentHost, name: string, options: MetricOptions) {
    this.#host = host;
    this.#name = name;
    this.#options = options;
    this.#bounds = options.advice?.explicitBucketBoundaries;
  }

  /** The series with these attributes, the same object every time. Keep it where many recordings share it. */
  series(wanted: Attributes): Series {
    const { cardinalityLimit, labels, drop = [] } = this.#host;
    const attributes = { ...wanted };
    for (const name of drop) delete attributes[name];
    const known = this.#series.get(keyOf(attributes));
    if (known) return known;
    if (this.#series.size >= cardinalityLimit - 1 && wanted !== OVERFLOW) return this.series(OVERFLOW);
    const series = this.#create({ ...labels(), ...attributes });
    this.#series.set(keyOf(attributes), series);
    return series;
  }

  #create(attributes: Attributes): Series {
    const histogram = this.#bounds && this.#host.exponential(this.#name, this.#options);
    if (histogram) return { add: (value) => histogram.record(value, attributes) };
    const accumulation = new Accumulation(attributes, this.#host.now(), this.#bounds);
    this.#accumulations.push(accumulation);
    return accumulation;
  }

  /**
   * What was recorded.
   *
   * @param isDelta - only what was recorded since the last time, else everything.
   */
  collect(isDelta: boolean): MetricData | undefined {
    const now = this.#host.now();
    const endTime = hrTime(now);
    const dataPoints = [];
    for (const each of this.#accumulations) {
      if (!each.count) continue;
      const { attributes, start } = each;
      dataPoints.push({ attributes, startTime: hrTime(start), endTime, value: each.value() });
      if (isDelta) each.reset(now);
    }
    if (!dataPoints.length) return undefined;
    const { unit = "", description = "", advice } = this.#options;
    const type = this.#bounds ? HISTOGRAM : COUNTER;
    return {
      // With the fields that the SDK's own descriptors have and its interface does not declare.
      descriptor: { name: this.#name, type, unit, description, advice, valueType: DOUBLE },
      aggregationTemporality: isDelta ? DELTA : CUMULATIVE,
      dataPointType: this.#bounds ? HISTOGRAM_POINTS : SUM_POINTS,
      isMonotonic: true,
      dataPoints,
    } as MetricData;
  }
}
