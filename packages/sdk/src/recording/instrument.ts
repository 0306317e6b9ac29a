/** An instrument: what it is called, and what it has recorded with each set of attributes. */
import type { Attributes, MetricOptions } from "@opentelemetry/api";
import type { AggregationTemporality, InstrumentType, MetricData } from "@opentelemetry/sdk-metrics";
import { OVERFLOW } from "../cardinality.ts";
import {
  CUMULATIVE,
  DELTA,
  DOUBLE,
  EXPONENTIAL_POINTS,
  GAUGE_POINTS,
  HISTOGRAM,
  HISTOGRAM_POINTS,
  INT,
  SUM_POINTS,
} from "../enumerations.ts";
import { type Accumulation, DEFAULT_BOUNDARIES, type NativeHistograms } from "../histogram.ts";
import { hrTime } from "../hr-time.ts";
import { keyOf } from "../key.ts";
import { Buckets, LastValue, ObservedTotal, Sum } from "./accumulation.ts";
import type { Guard } from "./guard.ts";

/** What the instruments of one pushmeter share. */
export interface Host {
  readonly guard: Guard;
  /** Attribute sets per instrument, the overflow set among them. */
  readonly cardinalityLimit: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Nothing is recorded. */
  isOff(): boolean;
  /** Other names for instruments. */
  readonly names?: Names | undefined;
  /** Reports an error, at most once a minute. */
  remind(error: unknown): void;
  /** Makes exponential histograms, if the destination prefers them. Known from the first invocation on. */
  native(): NativeHistograms | undefined;
}

export type Type = `${InstrumentType}`;

/** What records with one set of attributes. */
export type Series = Pick<Accumulation, "add">;

/** The series of an instrument with these attributes. Keep it where many recordings share it. */
export type SeriesOf = (attributes: Attributes) => Series;

/**
 * Other names for metrics: what `@pushmeter/sdk/names` makes. Called once for each instrument.
 *
 * @param create - makes an instrument. It asks for names again: one with the unit `AS_NAMED` keeps its own.
 * @param report - is told what a user's function throws.
 * @returns what records instead of the instrument; undefined where that keeps its name.
 */
export type Names = (
  type: `${InstrumentType}`,
  name: string,
  options: MetricOptions,
  create: (type: `${InstrumentType}`, name: string, options: MetricOptions) => { readonly series: SeriesOf },
  report: (error: unknown) => void,
) => SeriesOf | undefined;

/** Whether deltas or totals are wanted of a type of instrument. */
export type Temporality = (type: InstrumentType) => AggregationTemporality;

export interface Observation {
  readonly value: number;
  readonly attributes: Attributes;
}

interface Point {
  /** Without the labels of the instance until it is collected first; then the same object every time. */
  attributes: Attributes;
  isLabelled: boolean;
  readonly accumulation: Accumulation;
  /** When it was first recorded, milliseconds since the epoch. */
  readonly start: number;
  /** When it was last taken, and how many recordings it had. */
  taken: number;
  seen: number;
}

export class Instrument {
  readonly #host: Host;
  readonly #name: string;
  readonly #type: Type;
  readonly #options: MetricOptions;
  readonly #isGauge: boolean;
  readonly #isMonotonic: boolean;
  readonly #isInt: boolean;
  readonly #boundaries: number[];
  readonly #points = new Map<string, Point>();
  #native: NativeHistograms | undefined;
  /** The longest of those that it was created with. */
  #description = "";

  constructor(host: Host, type: Type, name: string, options: MetricOptions) {
    this.#host = host;
    this.#name = name;
    this.#type = type;
    this.#options = options;
    this.#isGauge = type.endsWith("GAUGE");
    this.#isMonotonic = !this.#isGauge && !type.includes("UP_DOWN");
    this.#isInt = options.valueType === INT;
    const { explicitBucketBoundaries: bounds = DEFAULT_BOUNDARIES } = options.advice ?? {};
    this.#boundaries = bounds.filter(Number.isFinite).sort((a, b) => a - b);
  }

  get name(): string {
    return this.#name;
  }

  describe(description: string): void {
    if (description.length > this.#description.length) this.#description = description;
  }

  /** A measurement of the user's. What cannot be recorded is left out, counted and told. */
  record(value: unknown, attributes: unknown): void {
    if (this.#host.isOff()) return;
    const usable = this.usable(value, attributes);
    if (usable) this.series(usable.attributes).add(usable.value);
  }

  /** A copy of what can be recorded of a measurement; undefined if that is nothing. */
  usable(value: unknown, attributes: unknown): Observation | undefined {
    const { guard } = this.#host;
    const number = this.#isInt && typeof value === "number" ? Math.trunc(value) : value;
    // OpenTelemetry ignores what is negative; one NaN would stay in a sum for ever.
    const isUsable =
      typeof number === "number" &&
      (this.#isInt ? Number.isFinite(number) : this.#isGauge || !Number.isNaN(number)) &&
      !(this.#isMonotonic && number < 0);
    if (isUsable) return { value: number, attributes: guard.usable(this.#name, attributes) };
    guard.reject(this.#name, value);
    return undefined;
  }

  /**
   * The series with these attributes, the same object every time. Keep it where many recordings share it. An instrument
   * with other names has another function here.
   *
   * @param attributes - are not to be changed afterwards.
   */
  series(attributes: Attributes): Series {
    const points = this.#points;
    const key = keyOf(attributes);
    const known = points.get(key);
    if (known) return known.accumulation;
    if (points.size >= this.#host.cardinalityLimit - 1 && attributes !== OVERFLOW) {
      return this.series(OVERFLOW);
    }
    // One kind of buckets for all series.
    if (!points.size) this.#native = this.#host.native();
    const accumulation = this.#create();
    const start = this.#host.now();
    points.set(key, { attributes, isLabelled: false, accumulation, start, taken: start, seen: 0 });
    return accumulation;
  }

  #create(): Accumulation {
    if (this.#isGauge) return new LastValue(() => this.#host.now());
    if (this.#type.startsWith("OBSERVABLE")) return new ObservedTotal(this.#isMonotonic);
    if (this.#type !== HISTOGRAM) return new Sum();
    return this.#native?.accumulation() ?? new Buckets(this.#boundaries);
  }

  /** What all callbacks together have observed in one collection. */
  observe(observations: readonly Observation[]): void {
    // A callback reports everything that exists now: what it leaves out is gone (SDK specification, "Observations
    // inside asynchronous callbacks"). A total goes on, for nothing tells it from one that stands still.
    if (this.#isGauge) this.#points.clear();
    const values = new Map<Series, number>();
    for (const { attributes, value } of observations) {
      const series = this.series(attributes);
      const isOverflow = series === this.#points.get(OVERFLOW_KEY)?.accumulation;
      values.set(series, isOverflow && !this.#isGauge ? (values.get(series) ?? 0) + value : value);
    }
    for (const [series, value] of values) series.add(value);
  }

  /**
   * What was recorded; undefined if that is nothing.
   *
   * @param temporality - by type; deltas: only what was recorded since deltas were collected the last time.
   * @param labels - attributes of every series.
   */
  collect(temporality: Temporality, labels: Attributes): MetricData | undefined {
    const now = this.#host.now();
    const isDelta = temporality(this.#type as InstrumentType) === DELTA;
    const dataPoints = [];
    for (const point of this.#points.values()) {
      const { accumulation } = point;
      if (accumulation.count === (isDelta ? point.seen : 0)) continue;
      if (!point.isLabelled) point.attributes = { ...labels, ...point.attributes };
      point.isLabelled = true;
      dataPoints.push({
        attributes: point.attributes,
        startTime: hrTime(accumulation.changed ?? (isDelta ? point.taken : point.start)),
        endTime: hrTime(now),
        value: isDelta ? accumulation.take() : accumulation.total(),
      });
      if (!isDelta) continue;
      point.seen = accumulation.count;
      point.taken = now;
    }
    if (!dataPoints.length) return undefined;
    const { unit = "", valueType = DOUBLE, advice = {} } = this.#options;
    const isHistogram = this.#type === HISTOGRAM;
    const histogram = this.#native ? EXPONENTIAL_POINTS : HISTOGRAM_POINTS;
    return {
      // With the fields that the SDK's own descriptors have and its interface does not declare.
      descriptor: {
        name: this.#name,
        type: this.#type,
        description: this.#description,
        unit,
        valueType,
        advice,
      },
      aggregationTemporality: isDelta ? DELTA : CUMULATIVE,
      dataPointType: this.#isGauge ? GAUGE_POINTS : isHistogram ? histogram : SUM_POINTS,
      ...(!this.#isGauge && !isHistogram && { isMonotonic: this.#isMonotonic }),
      dataPoints,
    } as MetricData;
  }
}

const OVERFLOW_KEY = keyOf(OVERFLOW);
