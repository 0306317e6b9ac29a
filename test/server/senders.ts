/** Many short-lived instances that send to a server, pushmeter's own and plain OpenTelemetry's, and what they counted. */
import type { Counter, Histogram, Meter } from "@opentelemetry/api";
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonExporter,
} from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { until } from "@pushmeter/testkit/poll";
import type { Random } from "@pushmeter/testkit/test-random";

const INSTANCES = 12;
const RESULTS = ["ok", "wrong"];
const { DELTA, CUMULATIVE } = AggregationTemporalityPreference;
const TIMEOUT = 60_000;

interface Sdk {
  readonly meter: Meter;
  /** Resolves to true once everything is stored. */
  push(): Promise<boolean>;
}

interface Options {
  /** Of `/v1/metrics`. */
  readonly url: string;
  readonly token: string;
  readonly random: Random;
}

/** Counts exactly, whatever is repeated: by numbered batches. */
function ownSdk({ url, token }: Options): Sdk {
  const push = otlp({ url, auth: { bearer: token }, temporality: "delta", timeout: TIMEOUT });
  const pushmeter = createPushmeter({
    service: "courses",
    push,
    flush: { every: 3_600_000 },
    onError: () => {},
  });
  return { meter: pushmeter.meter, push: () => pushmeter.flush({ timeout: TIMEOUT }) };
}

/** OpenTelemetry's own exporter, which repeats what was not acknowledged. */
function plainSdk({ url, token, random }: Options, id: string): Sdk {
  const Exporter = random.pick([JsonExporter, ProtobufExporter]);
  const exporter = new Exporter({
    url,
    headers: { authorization: `Bearer ${token}` },
    temporalityPreference: random.pick([DELTA, CUMULATIVE]),
    timeoutMillis: TIMEOUT,
  });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const resource = resourceFromAttributes({ "service.name": "courses", "service.instance.id": id });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const push = () =>
    provider.forceFlush().then(
      () => true,
      () => false,
    );
  return { meter: provider.getMeter("app"), push };
}

class Instance {
  readonly #sdk: Sdk;
  readonly #logins: Counter;
  readonly #sizes: Histogram;
  #pushing: Promise<unknown> = Promise.resolve();

  constructor(options: Options, id: string) {
    this.#sdk = options.random.next() < 0.5 ? ownSdk(options) : plainSdk(options, id);
    this.#logins = this.#sdk.meter.createCounter("logins");
    this.#sizes = this.#sdk.meter.createHistogram("sizes", { unit: "By" });
  }

  record(n: number, result: string): void {
    this.#logins.add(n, { result });
    this.#sizes.record(n);
  }

  /** One push after another, as an SDK does. */
  push(): void {
    this.#pushing = this.#pushing.then(() => this.#sdk.push());
  }

  async end(): Promise<void> {
    await this.#pushing;
    await until("an instance's last push is stored", () => this.#sdk.push(), Boolean);
  }
}

export class Senders {
  /** Logins by result. */
  readonly happened = new Map<string, number>();
  readonly #options: Options;
  readonly #instances: Instance[];
  readonly #ending: Promise<void>[] = [];
  instances = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#instances = Array.from({ length: INSTANCES }, () => this.#create());
  }

  get logins(): number {
    return [...this.happened.values()].reduce((sum, n) => sum + n, 0);
  }

  /** One instance counts and pushes, and now and then another takes its place. */
  round(): void {
    const { random } = this.#options;
    const at = random.below(INSTANCES);
    const instance = this.#instances[at] as Instance;
    const n = 1 + random.below(5);
    const result = random.pick(RESULTS);
    instance.record(n, result);
    this.happened.set(result, (this.happened.get(result) ?? 0) + n);
    instance.push();
    if (random.next() > 0.1) return;
    this.#ending.push(instance.end());
    this.#instances[at] = this.#create();
  }

  /** Resolves when everything is stored. */
  async end(): Promise<void> {
    await Promise.all([...this.#ending, ...this.#instances.map((instance) => instance.end())]);
  }

  #create(): Instance {
    return new Instance(this.#options, `i-${++this.instances}`);
  }
}
