/** Puts the parts together: options, OpenTelemetry provider, instruments, flush and destination. */

import { type Attributes, createNoopMeter, type Histogram, type Meter } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { destinationFrom, scrape } from "#ondemand";
import { AttributeSets } from "./attribute-sets.ts";
import { DEFAULT_BUCKETS } from "./enumerations.ts";
import { environment, isDisabled } from "./environment.ts";
import { Flusher } from "./flush/flusher.ts";
import { Pusher } from "./flush/pusher.ts";
import { Reader } from "./flush/reader.ts";
import { createInstance, type Instance } from "./instance.ts";
import { createInstruments } from "./instruments.ts";
import {
  type Ending,
  httpAttributes,
  type Invocation,
  methodOf,
  type Platform,
  type Trigger,
  withOutcome,
} from "./invocation.ts";
import { lateHistograms } from "./late-histogram.ts";
import { METER_NAME } from "./prometheus/scope.ts";
import { checkDestination, checkOptions } from "./pushmeter-options.ts";
import type { Push, Pushmeter, PushmeterOptions } from "./pushmeter-types.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";

/**
 * Records OpenTelemetry metrics for one service and pushes them. May be called at module scope of a Worker: it
 * starts no timer, sends nothing and asks for no time or randomness before the first invocation.
 *
 * @example
 * ```ts
 * export const pushmeter = createPushmeter({
 *   service: "courses",
 *   push: (env: Env) => remoteWrite({ url: env.REMOTE_WRITE_URL, auth: { bearer: env.REMOTE_WRITE_TOKEN } }),
 * });
 * ```
 * @param runtime - clock, randomness and fetch, for tests.
 * @throws TypeError for an option that is unknown or unusable. What `push` throws at the first invocation goes
 * to `onError`: a handler never suffers from it.
 */
export function createPushmeter<Env = Record<string, string | undefined>>(
  options: PushmeterOptions<Env> = {},
  runtime: Runtime = systemRuntime,
): Pushmeter {
  checkOptions(options);
  return new Core(options as PushmeterOptions<never>, runtime);
}

/** An invocation and the objects by which it is found while it runs. */
interface Running extends Invocation {
  readonly key: object;
  readonly context: object | undefined;
}

class Core implements Pushmeter {
  readonly meter: Meter;
  readonly #options: PushmeterOptions<never>;
  readonly #runtime: Runtime;
  readonly #provider: MeterProvider;
  readonly #instruments;
  readonly #pusher: Pusher;
  readonly #flusher: Flusher;
  readonly #sets = new AttributeSets();
  /** By request and execution context, while they run. */
  readonly #running = new WeakMap<object, Running>();
  #instance: Instance | undefined;
  #destination: Push | undefined;
  #silent = false;
  #ended = false;

  constructor(options: PushmeterOptions<never>, runtime: Runtime) {
    this.#options = options;
    if (typeof options.push !== "function") this.#destination = options.push;
    this.#runtime = runtime;
    const reader = new Reader(
      (type) => this.#destination?.selectAggregation?.(type) ?? { type: DEFAULT_BUCKETS },
    );
    this.#provider = new MeterProvider({ resource: resourceFromAttributes({}), readers: [reader] });
    const meter = lateHistograms(this.#provider.getMeter(METER_NAME));
    this.meter = isDisabled(environment()) ? createNoopMeter() : meter;
    this.#instruments = createInstruments(meter);
    const report = (error: unknown) => this.report(error);
    const sets = this.#sets;
    this.#pusher = new Pusher({ runtime, reader, sets, instruments: this.#instruments, report });
    this.#flusher = new Flusher(runtime, options.flush ?? { every: 5000 }, (timeout) => this.#push(timeout));
  }

  begin(trigger: Trigger, platform: () => Platform, key: object, context?: object): Invocation | undefined {
    try {
      if (this.#isOff(this.#instance ?? this.#start(platform(), trigger))) return undefined;
      const startedAt = this.#runtime.monotonic();
      const invocation: Running = { startedAt, key, context, route: undefined, thrown: undefined };
      this.#running.set(key, invocation);
      if (context) this.#running.set(context, invocation);
      return invocation;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  current(key: object): Invocation | undefined {
    return this.#running.get(key);
  }

  endHttp(
    invocation: Invocation,
    request: { readonly method: string; readonly url: string },
    { status, thrown = invocation.thrown }: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    this.#end(invocation, platform, this.#instruments.request, () => {
      const { method, url } = request;
      const { route } = invocation;
      const make = () => httpAttributes(method, url, route, { status, thrown }, custom);
      if (thrown || custom) return make();
      return this.#sets.numbered(`${methodOf(method)} ${status} ${url.slice(0, 5)} ${route}`, make);
    });
  }

  endFaas(
    invocation: Invocation,
    trigger: Trigger,
    ending: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    this.#end(invocation, platform, this.#instruments.invoke, () =>
      withOutcome({ ...custom, "faas.trigger": trigger }, ending),
    );
  }

  endIgnored(invocation: Invocation, platform: () => Platform): void {
    this.#end(invocation, platform);
  }

  #end(
    invocation: Invocation,
    platform: () => Platform,
    instrument?: Histogram,
    attributes?: () => Attributes,
  ): void {
    const { key, context } = invocation as Running;
    try {
      const now = this.#runtime.monotonic();
      // A request that is sent twice is two; and what is left to the garbage collector costs it more than this.
      this.#running.delete(key);
      if (context) this.#running.delete(context);
      instrument?.record((now - invocation.startedAt) / 1000, attributes?.());
      if (!this.#silent) this.#flusher.recorded(platform, now);
    } catch (error) {
      this.report(error);
    }
  }

  async flush({ timeout }: { readonly timeout?: number } = {}): Promise<boolean> {
    return this.#isOff(this.#start({})) || this.#flusher.flush(timeout);
  }

  async scrape(): Promise<Response> {
    const instance = this.#start({});
    if (this.#isOff(instance)) return new Response();
    const { resource, labels } = instance;
    await this.#pusher.collect(resource, labels);
    return scrape(this.#pusher.totals(resource));
  }

  async shutdown(): Promise<void> {
    if (this.#ended) return;
    this.#flusher.stop();
    await this.flush();
    this.#ended = true;
    try {
      await this.#destination?.shutdown();
      await this.#provider.shutdown();
    } catch (error) {
      this.report(error);
    }
  }

  report(error: unknown): void {
    try {
      const { onError } = this.#options;
      if (onError) onError(error);
      else console.error(String(error));
    } catch {
      // onError itself failed; there is nobody left to tell.
    }
  }

  #isOff({ disabled }: Instance): boolean {
    return disabled || this.#ended;
  }

  #start({ env, waitUntil, resource }: Platform, trigger?: Trigger): Instance {
    if (this.#instance) return this.#instance;
    const { push } = this.#options;
    const instance = createInstance(this.#options, environment(env), this.#runtime.instanceId(), resource);
    this.#instance = instance;
    if (instance.disabled) return instance;
    if (waitUntil && trigger) this.#instruments.coldstarts.add(1, { "faas.trigger": trigger });
    try {
      if (typeof push === "function") {
        const destination = (push as (env: unknown) => Push)(instance.env);
        this.#destination = checkDestination("what push returns", destination);
      }
    } catch (error) {
      this.#silence(error);
    }
    return instance;
  }

  async #push(timeout: number): Promise<boolean> {
    const { env, resource, labels } = this.#start({});
    try {
      if (!this.#silent) this.#destination ??= await destinationFrom(env, this.#runtime);
    } catch (error) {
      this.#silence(error);
    }
    return this.#destination ? this.#pusher.push(this.#destination, resource, labels, timeout) : false;
  }

  /** There is no destination: says so once, and pushes nothing. */
  #silence(error: unknown): void {
    this.#silent = true;
    this.report(error);
  }
}
