/** The meter that users get: OpenTelemetry's, behind a guard that no measurement gets past unusable. */
import type {
  BatchObservableCallback,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
  ObservableCounter,
  ObservableGauge,
  ObservableUpDownCounter,
  UpDownCounter,
} from "@opentelemetry/api";
import type { Guard } from "./guard.ts";
import type { Observation, ObservedGauge, ObservedGauges } from "./observed-gauges.ts";

type IsUsable = (value: number) => boolean;

/** OpenTelemetry refuses what is negative; one NaN or a sum of opposite infinities would stay NaN for ever. */
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
  readonly #batches = new WeakMap<BatchObservableCallback, BatchObservableCallback>();

  constructor(meter: Meter, guard: Guard, gauges: ObservedGauges) {
    this.#meter = meter;
    this.#guard = guard;
    this.#gauges = gauges;
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return this.#adding(name, this.#meter.createCounter(name, options), notNegative);
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    return this.#adding(name, this.#meter.createUpDownCounter(name, options), isNumber);
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    return this.#recording(name, this.#meter.createHistogram(name, options), notNegative);
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    return this.#recording(name, this.#meter.createGauge(name, options), isAny);
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableCounter {
    const counter = this.#meter.createObservableCounter(name, options);
    return this.#observing(counter, { name, isUsable: notNegative });
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableUpDownCounter {
    const counter = this.#meter.createObservableUpDownCounter(name, options);
    return this.#observing(counter, { name, isUsable: isNumber });
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableGauge {
    const gauge = this.#gauges.create(name, options);
    // It only has its callbacks called.
    return this.#observing(this.#meter.createObservableGauge(name, options), {
      name,
      isUsable: isAny,
      gauge,
    });
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    /** What the callback has observed of gauges the last time. */
    let observations = new Map<ObservedGauge, Observation[]>();
    const guarded: BatchObservableCallback = async (result) => {
      for (const gauge of observations.keys()) gauge.forget(callback);
      const observing = new Map<ObservedGauge, Observation[]>();
      observations = observing;
      await callback({
        observe: (instrument, value, attributes) => {
          const observed = this.#observed.get(instrument);
          if (!observed) return;
          const { name, isUsable, gauge } = observed;
          const usable = this.#guard.measured(name, isUsable, value, attributes);
          if (!usable) return;
          if (!gauge) {
            result.observe(instrument, value, usable);
            return;
          }
          const list = observing.get(gauge) ?? [];
          observing.set(gauge, list);
          list.push({ value, attributes: usable });
        },
      });
      for (const [gauge, list] of observing) gauge.observe(callback, list);
    };
    this.#batches.set(callback, guarded);
    this.#meter.addBatchObservableCallback(guarded, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#meter.removeBatchObservableCallback(this.#batches.get(callback) ?? callback, observables);
    for (const observable of observables) this.#observed.get(observable)?.gauge?.forget(callback);
  }

  #adding<Instrument extends Counter | UpDownCounter>(
    name: string,
    instrument: Instrument,
    isUsable: IsUsable,
  ) {
    const add: Counter["add"] = (value, attributes, context) => {
      const usable = this.#guard.measured(name, isUsable, value, attributes);
      if (usable) instrument.add(value, usable, context);
    };
    return { add };
  }

  #recording<Instrument extends Histogram | Gauge>(name: string, instrument: Instrument, isUsable: IsUsable) {
    const record: Gauge["record"] = (value, attributes, context) => {
      const usable = this.#guard.measured(name, isUsable, value, attributes);
      if (usable) instrument.record(value, usable, context);
    };
    return { record };
  }

  /** Guards the callbacks of an instrument that stays what it is: batch callbacks need OpenTelemetry's own. */
  #observing<Instrument extends Observable>(instrument: Instrument, observed: Observed): Instrument {
    this.#observed.set(instrument, observed);
    const { name, isUsable, gauge } = observed;
    const guardedOf = new WeakMap<ObservableCallback, ObservableCallback>();
    const [add, remove] = [instrument.addCallback, instrument.removeCallback];
    instrument.addCallback = (callback) => {
      const guarded: ObservableCallback = async (result) => {
        const observations: Observation[] = [];
        gauge?.forget(callback);
        await callback({
          observe: (value, attributes) => {
            const usable = this.#guard.measured(name, isUsable, value, attributes);
            if (!usable) return;
            if (gauge) observations.push({ value, attributes: usable });
            else result.observe(value, usable);
          },
        });
        gauge?.observe(callback, observations);
      };
      const known = guardedOf.get(callback) ?? guarded;
      guardedOf.set(callback, known);
      add.call(instrument, known);
    };
    instrument.removeCallback = (callback) => {
      remove.call(instrument, guardedOf.get(callback) ?? callback);
      gauge?.forget(callback);
    };
    return instrument;
  }
}
