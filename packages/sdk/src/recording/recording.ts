/** All instruments of one pushmeter, by scope: the built-in ones and the user's. */
import type { Attributes, MetricOptions } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { DOUBLE } from "../enumerations.ts";
import type { Runtime } from "../runtime.ts";
import { type Host, Instrument, type Temporality, type Type } from "./instrument.ts";
import { Meter } from "./meter.ts";
import { Observables } from "./observables.ts";

interface Scope {
  readonly scope: { readonly name: string; readonly version: string };
  readonly instruments: Map<string, Instrument>;
}

export class Recording {
  readonly #host: Host;
  readonly #observables: Observables;
  readonly #scopes = new Map<string, Scope>();

  constructor(host: Host, runtime: Runtime) {
    this.#host = host;
    this.#observables = new Observables(runtime);
  }

  /** @param name - of the library or service that measures. */
  meter(name: string, version = ""): Meter {
    return new Meter(
      (type, instrument, options) => this.instrument({ name, version }, type, instrument, options),
      this.#observables,
    );
  }

  /** The same for the same name (in any case), unit and type, as the SDK specification says. */
  instrument(scope: Scope["scope"], type: Type, name: string, options: MetricOptions = {}): Instrument {
    const scopeKey = `${scope.name} ${scope.version}`;
    const { instruments } = this.#scopes.get(scopeKey) ?? { instruments: new Map() };
    this.#scopes.set(scopeKey, { scope, instruments });
    const { unit = "", valueType = DOUBLE, description = "" } = options;
    const key = `${name} ${unit} ${valueType} ${type}`.toLowerCase();
    const instrument = instruments.get(key) ?? new Instrument(this.#host, type, `${name}`, options);
    instruments.set(key, instrument);
    instrument.describe(description);
    const series = this.#host.names?.(
      type,
      name,
      options,
      (...other) => this.instrument(scope, ...other),
      this.#host.remind,
    );
    if (series) instrument.series = series;
    return instrument;
  }

  /** Has the callbacks of observable instruments observe. Returns their errors. */
  observe(): Promise<unknown[]> {
    return this.#observables.observe();
  }

  /**
   * What was recorded, in one go: what is recorded next is in the next collection.
   *
   * @param temporality - by type of instrument.
   * @param labels - attributes of every series.
   */
  collect(
    resource: ResourceMetrics["resource"],
    labels: Attributes,
    temporality: Temporality,
  ): ResourceMetrics {
    const scopeMetrics = Array.from(this.#scopes.values(), ({ scope, instruments }) => ({
      scope,
      metrics: [...instruments.values()].flatMap((each) => each.collect(temporality, labels) ?? []),
    }));
    return { resource, scopeMetrics: scopeMetrics.filter(({ metrics }) => metrics.length) };
  }
}
