/** The meter that users get: OpenTelemetry's, with a guard before every measurement. */
import type {
  Attributes,
  BatchObservableCallback,
  Context,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
} from "@opentelemetry/api";
import type { Guard } from "./guard.ts";
import type { Observation, ObservedGauge, ObservedGauges } from "./observed-gauges.ts";

type IsUsable = (value: number) => boolean;
type Measure = (value: number, attributes?: Attributes, context?: Context) => void;

/** OpenTelemetry ignores what is negative; one NaN would stay in a sum for ever. */
const notNegative: IsUsable = (value) => value >= 0;
const isNumber: IsUsable = (value) => !Number.isNaN(value);
const isAny: IsUsable = () => true;

/** What is known about an observable instrument. */
interface Observed {
  readonly name: string;
  readonly isUsable: IsUsable;
  readonly gauge?: ObservedGauge;
}

export class GuardedMeter implements Meter {
  readonly #meter: Meter;
  readonly #guard: Guard;
  readonly #gauges: ObservedGauges;
  readonly #observed = new WeakMap<Observable, Observed>();
  readonly #guarded = new WeakMap<BatchObservableCallback, BatchObservableCallback>();

  constructor(meter: Meter, guard: Guard, gauges: ObservedGauges) {
    this.#meter = meter;
    this.#guard = guard;
    this.#gauges = gauges;
  }

  createCounter(name: string, options?: MetricOptions) {
    return this.#measuring(name, this.#meter.createCounter(name, options), "add", notNegative);
  }

  createUpDownCounter(name: string, options?: MetricOptions) {
    return this.#measuring(name, this.#meter.createUpDownCounter(name, options), "add", isNumber);
  }

  createHistogram(name: string, options?: MetricOptions) {
    return this.#measuring(name, this.#meter.createHistogram(name, options), "record", notNegative);
  }

  createGauge(name: string, options?: MetricOptions) {
    return this.#measuring(name, this.#meter.createGauge(name, options), "record", isAny);
  }

  createObservableCounter(name: string, options?: MetricOptions) {
    const counter = this.#meter.createObservableCounter(name, options);
    return this.#observing(counter, { name, isUsable: notNegative });
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions) {
    const counter = this.#meter.createObservableUpDownCounter(name, options);
    return this.#observing(counter, { name, isUsable: isNumber });
  }

  createObservableGauge(name: string, options?: MetricOptions) {
    const gauge = this.#gauges.create(name, options);
    // OpenTelemetry's own calls the callbacks and gets nothing to keep.
    const observable = this.#meter.createObservableGauge(name, options);
    return this.#observing(observable, { name, isUsable: isAny, gauge });
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    const guarded = this.#guarded.get(callback) ?? this.#guardedOf(callback);
    this.#guarded.set(callback, guarded);
    this.#meter.addBatchObservableCallback(guarded, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#meter.removeBatchObservableCallback(this.#guarded.get(callback) ?? callback, observables);
    for (const each of observables) this.#observed.get(each)?.gauge?.observations.delete(callback);
  }

  #measuring<Verb extends "add" | "record", Instrument extends Record<Verb, Measure>>(
    name: string,
    instrument: Instrument,
    verb: Verb,
    isUsable: IsUsable,
  ): Instrument {
    const measure: Measure = instrument[verb].bind(instrument);
    const guarded: Measure = (value, attributes, context) => {
      const usable = this.#guard.measured(name, isUsable, value, attributes);
      if (usable) measure(value, usable, context);
    };
    return Object.assign(instrument, { [verb]: guarded });
  }

  /** A callback of one instrument is a batch callback of one. */
  #observing<Instrument extends Observable>(instrument: Instrument, observed: Observed): Instrument {
    this.#observed.set(instrument, observed);
    const batches = new WeakMap<ObservableCallback, BatchObservableCallback>();
    const batchOf = (callback: ObservableCallback) => {
      const batch: BatchObservableCallback =
        batches.get(callback) ??
        ((result) => callback({ observe: (...args) => result.observe(instrument, ...args) }));
      batches.set(callback, batch);
      return batch;
    };
    instrument.addCallback = (callback) => this.addBatchObservableCallback(batchOf(callback), [instrument]);
    instrument.removeCallback = (callback) =>
      this.removeBatchObservableCallback(batchOf(callback), [instrument]);
    return instrument;
  }

  #guardedOf(callback: BatchObservableCallback): BatchObservableCallback {
    /** What it has observed of gauges. */
    let gauges = new Map<ObservedGauge, Observation[]>();
    return async (result) => {
      for (const { observations } of gauges.keys()) observations.delete(callback);
      const observing: typeof gauges = new Map();
      gauges = observing;
      await callback({
        observe: (instrument, value, attributes) => {
          const observed = this.#observed.get(instrument);
          if (!observed) return;
          const { name, isUsable, gauge } = observed;
          const usable = this.#guard.measured(name, isUsable, value, attributes);
          if (!usable) return;
          if (!gauge) return result.observe(instrument, value, usable);
          const list = observing.get(gauge) ?? [];
          observing.set(gauge, list);
          list.push({ value, attributes: usable });
        },
      });
      for (const [{ observations }, list] of observing) observations.set(callback, list);
    };
  }
}
