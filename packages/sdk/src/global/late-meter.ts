/** A meter whose instruments are those of another meter, once there is one. */
import type {
  Attributes,
  BatchObservableCallback,
  Context,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
} from "@opentelemetry/api";

type Verb = "add" | "record";
type Measure = (value: number, attributes?: Attributes, context?: Context) => void;

export class LateMeter implements Meter {
  readonly #meter: () => Meter | undefined;
  readonly #whenReady: (begin: () => void) => void;
  /** Of each observable that was given out, the one of the other meter. */
  readonly #observables = new WeakMap<Observable, () => Observable | undefined>();
  readonly #batches = new WeakMap<BatchObservableCallback, BatchObservableCallback>();

  /** @param whenReady - calls `begin` once there is a meter, at once if there is one. */
  constructor(meter: () => Meter | undefined, whenReady: (begin: () => void) => void) {
    this.#meter = meter;
    this.#whenReady = whenReady;
  }

  createCounter(name: string, options?: MetricOptions) {
    return late("add", () => this.#meter()?.createCounter(name, options));
  }

  createUpDownCounter(name: string, options?: MetricOptions) {
    return late("add", () => this.#meter()?.createUpDownCounter(name, options));
  }

  createHistogram(name: string, options?: MetricOptions) {
    return late("record", () => this.#meter()?.createHistogram(name, options));
  }

  createGauge(name: string, options?: MetricOptions) {
    return late("record", () => this.#meter()?.createGauge(name, options));
  }

  createObservableCounter(name: string, options?: MetricOptions) {
    return this.#observable(() => this.#meter()?.createObservableCounter(name, options));
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions) {
    return this.#observable(() => this.#meter()?.createObservableUpDownCounter(name, options));
  }

  createObservableGauge(name: string, options?: MetricOptions) {
    return this.#observable(() => this.#meter()?.createObservableGauge(name, options));
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    const batch: BatchObservableCallback =
      this.#batches.get(callback) ??
      ((result) =>
        callback({
          observe: (observable, ...measurement) => {
            const own = this.#own(observable);
            if (own) result.observe(own, ...measurement);
          },
        }));
    this.#batches.set(callback, batch);
    this.#whenReady(() => this.#meter()?.addBatchObservableCallback(batch, this.#allOwn(observables)));
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    const batch = this.#batches.get(callback);
    if (!batch) return;
    this.#whenReady(() => this.#meter()?.removeBatchObservableCallback(batch, this.#allOwn(observables)));
  }

  #own(observable: Observable): Observable | undefined {
    return this.#observables.get(observable)?.();
  }

  #allOwn(observables: readonly Observable[]): Observable[] {
    return observables.flatMap((each) => this.#own(each) ?? []);
  }

  #observable(create: () => Observable | undefined): Observable {
    let own: Observable | undefined;
    const find = () => {
      own ??= create();
      return own;
    };
    const observable: Observable = {
      addCallback: (callback: ObservableCallback) => this.#whenReady(() => find()?.addCallback(callback)),
      removeCallback: (callback: ObservableCallback) =>
        this.#whenReady(() => find()?.removeCallback(callback)),
    };
    this.#observables.set(observable, find);
    return observable;
  }
}

/** An instrument that does nothing until `create` returns one. */
function late<Name extends Verb, Instrument extends Record<Name, Measure>>(
  verb: Name,
  create: () => Instrument | undefined,
): Instrument {
  let instrument: Instrument | undefined;
  const measure: Measure = (...args) => {
    instrument ??= create();
    instrument?.[verb](...args);
  };
  return { [verb]: measure } as unknown as Instrument;
}
