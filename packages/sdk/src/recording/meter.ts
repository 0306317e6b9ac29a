/** OpenTelemetry's `Meter` over pushmeter's own recording. */
import type {
  Meter as ApiMeter,
  Attributes,
  BatchObservableCallback,
  MetricOptions,
  Observable,
  ObservableCallback,
} from "@opentelemetry/api";
import {
  COUNTER,
  GAUGE,
  HISTOGRAM,
  OBSERVABLE_COUNTER,
  OBSERVABLE_GAUGE,
  OBSERVABLE_UP_DOWN_COUNTER,
  UP_DOWN_COUNTER,
} from "../enumerations.ts";
import type { Instrument, Type } from "./instrument.ts";
import type { Observables } from "./observables.ts";

type Create = (type: Type, name: string, options?: MetricOptions) => Instrument;

export class Meter implements ApiMeter {
  readonly #create: Create;
  readonly #observables: Observables;

  /** @param create - the instrument of this type and name, the same for the same. */
  constructor(create: Create, observables: Observables) {
    this.#create = create;
    this.#observables = observables;
  }

  createCounter(name: string, options?: MetricOptions) {
    return { add: this.#measure(COUNTER, name, options) };
  }

  createUpDownCounter(name: string, options?: MetricOptions) {
    return { add: this.#measure(UP_DOWN_COUNTER, name, options) };
  }

  createHistogram(name: string, options?: MetricOptions) {
    return { record: this.#measure(HISTOGRAM, name, options) };
  }

  createGauge(name: string, options?: MetricOptions) {
    return { record: this.#measure(GAUGE, name, options) };
  }

  createObservableCounter(name: string, options?: MetricOptions) {
    return this.#observable(OBSERVABLE_COUNTER, name, options);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions) {
    return this.#observable(OBSERVABLE_UP_DOWN_COUNTER, name, options);
  }

  createObservableGauge(name: string, options?: MetricOptions) {
    return this.#observable(OBSERVABLE_GAUGE, name, options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#observables.add(callback, observables, (observe) =>
      callback({
        observe: (observable, ...measurement) => observe(this.#observables.of(observable), ...measurement),
      }),
    );
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#observables.remove(callback, observables);
  }

  #measure(...args: Parameters<Create>) {
    const instrument = this.#create(...args);
    return (value: number, attributes?: Attributes) => instrument.record(value, attributes);
  }

  #observable(...args: Parameters<Create>): Observable {
    const instrument = this.#create(...args);
    const observables = this.#observables;
    const observable: Observable = {
      addCallback(callback: ObservableCallback) {
        observables.add(callback, [observable], (observe) =>
          callback({ observe: (...measurement) => observe(instrument, ...measurement) }),
        );
      },
      removeCallback: (callback: ObservableCallback) => observables.remove(callback, [observable]),
    };
    observables.register(observable, instrument);
    return observable;
  }
}
