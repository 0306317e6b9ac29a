/** Callbacks that observe instruments. */
import type { Observable } from "@opentelemetry/api";
import { inTime, type Runtime } from "../runtime.ts";
import type { Instrument, Observation } from "./instrument.ts";

/** For all callbacks together, which run at the same time, ms. */
const LONGEST = 3_000;

type Observe = (instrument: Instrument | undefined, value: number, attributes?: object) => void;

interface Callback {
  /** As the user knows it. */
  readonly key: object;
  readonly instruments: ReadonlySet<Instrument>;
  readonly run: (observe: Observe) => unknown;
}

export class Observables {
  readonly #runtime: Runtime;
  readonly #instruments = new Map<Observable, Instrument>();
  #callbacks: Callback[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @param observable - the instrument as the user has it. */
  register(observable: Observable, instrument: Instrument): void {
    this.#instruments.set(observable, instrument);
  }

  /** The instrument behind what the user has. */
  of(observable: Observable): Instrument | undefined {
    return this.#instruments.get(observable);
  }

  add(key: object, observables: readonly Observable[], run: Callback["run"]): void {
    const instruments = this.#allOf(observables);
    if (!instruments.size || this.#callbacks.some((one) => isSame(one, key, instruments))) return;
    this.#callbacks.push({ key, instruments, run });
  }

  remove(key: object, observables: readonly Observable[]): void {
    const instruments = this.#allOf(observables);
    this.#callbacks = this.#callbacks.filter((one) => !isSame(one, key, instruments));
  }

  /**
   * Has all callbacks observe. What a callback observes counts only if it ends, in time and without an error.
   *
   * @returns the errors.
   */
  async observe(): Promise<unknown[]> {
    const errors: unknown[] = [];
    const observed = new Map<Instrument, Observation[]>();
    for (const instrument of this.#instruments.values()) observed.set(instrument, []);
    const observeOnce = async ({ instruments, run }: Callback) => {
      const own: [Instrument, Observation][] = [];
      const observe: Observe = (instrument, value, attributes) => {
        if (!instrument || !instruments.has(instrument)) return;
        const usable = instrument.usable(value, attributes);
        if (usable) own.push([instrument, usable]);
      };
      try {
        await inTime(this.#runtime, LONGEST, Promise.resolve(run(observe)), () => late(instruments));
        for (const [instrument, observation] of own) observed.get(instrument)?.push(observation);
      } catch (error) {
        errors.push(error);
      }
    };
    await Promise.all(this.#callbacks.map(observeOnce));
    for (const [instrument, observations] of observed) instrument.observe(observations);
    return errors;
  }

  #allOf(observables: readonly Observable[]): Set<Instrument> {
    return new Set(observables.flatMap((each) => this.#instruments.get(each) ?? []));
  }
}

function isSame(callback: Callback, key: object, instruments: ReadonlySet<Instrument>): boolean {
  const { size } = new Set([...callback.instruments, ...instruments]);
  return callback.key === key && size === callback.instruments.size && size === instruments.size;
}

function late(instruments: ReadonlySet<Instrument>): Error {
  const names = Array.from(instruments, ({ name }) => name);
  return new Error(`pushmeter: a callback of ${names.join(", ")} took more than ${LONGEST} ms`);
}
