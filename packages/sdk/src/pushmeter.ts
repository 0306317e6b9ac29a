/** Puts the parts together: options, OpenTelemetry provider, instruments, flush and destination. */
import { type Attributes, createNoopMeter, type Meter } from "@opentelemetry/api";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, type PushMetricExporter } from "@opentelemetry/sdk-metrics";
import { destinationFrom, scrape } from "#ondemand";
import type { Destination } from "./destination.ts";
import { type Environment, environment, isDisabled, resourceAttributes, text } from "./environment.ts";
import { Flusher, type FlushPolicy } from "./flush/flusher.ts";
import { Pusher } from "./flush/pusher.ts";
import { Reader } from "./flush/reader.ts";
import { createInstruments } from "./instruments.ts";
import type { Ending, Invocation, Platform, Trigger } from "./invocation.ts";
import { httpAttributes, withOutcome } from "./invocation.ts";
import { checkMilliseconds, checkNames, checkText, invalid } from "./options.ts";
import { METER_NAME } from "./prometheus/scope.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";

/** Where pushes go: one of pushmeter's destinations or any other OpenTelemetry exporter. */
type Push = Destination | PushMetricExporter;

export interface PushmeterOptions<Env = Record<string, string | undefined>> {
  /**
   * The service, in Prometheus the label `job` (with a namespace `namespace/name`).
   * Left out: `OTEL_SERVICE_NAME`, else `unknown_service`.
   */
  readonly service?:
    | string
    | { readonly name: string; readonly namespace?: string; readonly version?: string }
    | undefined;
  /**
   * A destination, or a function of the environment that returns one; it is called once per instance, at the
   * first invocation. Left out: `PUSHMETER_REMOTE_WRITE_URL` or `PUSHMETER_PUSHGATEWAY_URL` (each with
   * `…_TOKEN`); with none of them set, metrics are recorded and not pushed.
   */
  readonly push?: Push | ((env: Env) => Push) | undefined;
  /**
   * When to push: `{ every }` ms after the first invocation since the last push, or `"invocation"`: after each.
   * Default `{ every: 5000 }`. With `waitUntil` an instance lingers at most 15,000 ms.
   */
  readonly flush?: FlushPolicy | undefined;
  /** OpenTelemetry resource attributes, in Prometheus labels of `target_info`. */
  readonly resource?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Names of resource attributes that become labels of every series. */
  readonly resourceLabels?: readonly string[] | undefined;
  /** Hears of every failure. Default: `console.error`. What it throws is ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface Pushmeter {
  /** A plain OpenTelemetry meter for the user's own instruments. */
  readonly meter: Meter;

  /** Pushes now, giving up after `timeout` ms (25,000). True if all is stored; never rejects. */
  flush(options?: { readonly timeout?: number }): Promise<boolean>;

  /**
   * Answers a scrape of a long-lived process: everything recorded in it, in Prometheus's text format 0.0.4. In
   * an edge bundle 501, for each scrape would meet another instance.
   */
  scrape(): Promise<Response>;

  /** Pushes what is left and ends: nothing is recorded or pushed afterwards. */
  shutdown(): Promise<void>;

  /**
   * For adapters: an invocation starts. Undefined when metrics are switched off.
   *
   * @param keys - objects that frameworks inside see too (the request, the execution context): they find the
   * invocation by them, so that what is wrapped twice counts once.
   */
  begin(trigger: Trigger, platform: () => Platform, ...keys: object[]): Invocation | undefined;

  /** For adapters: the running invocation of a request or an execution context. */
  current(key: object): Invocation | undefined;

  /** For adapters: an HTTP invocation has ended. Never throws. */
  endHttp(
    invocation: Invocation,
    request: { readonly method: string; readonly url: string },
    ending: Ending,
    platform: () => Platform,
    attributes?: Attributes,
  ): void;

  /** For adapters: an invocation by another trigger has ended. Never throws. */
  endFaas(
    invocation: Invocation,
    trigger: Trigger,
    ending: Ending,
    platform: () => Platform,
    attributes?: Attributes,
  ): void;

  /** For adapters: an invocation that is not measured has ended; what it recorded itself is pushed. */
  endIgnored(invocation: Invocation, platform: () => Platform): void;

  /** For adapters: tells `onError`. Never throws. */
  report(error: unknown): void;
}

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

/** What is known from the first invocation on. */
interface Instance {
  readonly env: Environment;
  readonly disabled: boolean;
  readonly resource: Resource;
  readonly labels: Attributes | undefined;
}

class Core implements Pushmeter {
  readonly meter: Meter;
  readonly #options: PushmeterOptions<never>;
  readonly #runtime: Runtime;
  readonly #provider: MeterProvider;
  readonly #instruments;
  readonly #pusher: Pusher;
  readonly #flusher: Flusher;
  readonly #running = new WeakMap<object, Invocation & { ended?: boolean }>();
  #instance: Instance | undefined;
  #destination: Push | undefined;
  #silent = false;
  #ended = false;

  constructor(options: PushmeterOptions<never>, runtime: Runtime) {
    this.#options = options;
    this.#runtime = runtime;
    const reader = new Reader();
    this.#provider = new MeterProvider({ resource: resourceFromAttributes({}), readers: [reader] });
    const meter = this.#provider.getMeter(METER_NAME);
    this.meter = isDisabled(environment()) ? createNoopMeter() : meter;
    this.#instruments = createInstruments(meter);
    const report = (error: unknown) => this.report(error);
    this.#pusher = new Pusher({ runtime, reader, instruments: this.#instruments, report });
    this.#flusher = new Flusher(runtime, options.flush ?? { every: 5000 }, (timeout) => this.#push(timeout));
  }

  begin(trigger: Trigger, platform: () => Platform, ...keys: object[]): Invocation | undefined {
    try {
      if (!this.#instance) this.#start(platform(), trigger);
      if (this.#instance?.disabled || this.#ended) return undefined;
      const invocation: Invocation = {
        startedAt: this.#runtime.monotonic(),
        route: undefined,
        thrown: undefined,
      };
      for (const key of keys) this.#running.set(key, invocation);
      return invocation;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  current(key: object): Invocation | undefined {
    const invocation = this.#running.get(key);
    return invocation?.ended ? undefined : invocation;
  }

  endHttp(
    invocation: Invocation,
    request: { readonly method: string; readonly url: string },
    { status, thrown = invocation.thrown }: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    this.#end(invocation, platform, (seconds) => {
      const attributes = httpAttributes(
        request.method,
        request.url,
        invocation.route,
        { status, thrown },
        custom,
      );
      this.#instruments.request.record(seconds, attributes);
    });
  }

  endFaas(
    invocation: Invocation,
    trigger: Trigger,
    ending: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    this.#end(invocation, platform, (seconds) => {
      const attributes = withOutcome({ ...custom, "faas.trigger": trigger }, ending);
      this.#instruments.invoke.record(seconds, attributes);
    });
  }

  endIgnored(invocation: Invocation, platform: () => Platform): void {
    this.#end(invocation, platform, () => {});
  }

  #end(
    invocation: Invocation & { ended?: boolean },
    platform: () => Platform,
    record: (seconds: number) => void,
  ): void {
    try {
      invocation.ended = true;
      record((this.#runtime.monotonic() - invocation.startedAt) / 1000);
      if (!this.#silent) this.#flusher.recorded(platform);
    } catch (error) {
      this.report(error);
    }
  }

  async flush({ timeout }: { readonly timeout?: number } = {}): Promise<boolean> {
    this.#start({});
    if (this.#instance?.disabled || this.#ended) return true;
    return this.#flusher.flush(timeout);
  }

  async scrape(): Promise<Response> {
    this.#start({});
    const { disabled, resource, labels } = this.#instance as Instance;
    if (disabled || this.#ended) return new Response();
    return scrape((await this.#pusher.collect(resource, labels)).totals);
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
      else console.error(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    } catch {
      // onError itself failed; there is nobody left to tell.
    }
  }

  /** The first invocation: only now is there an environment, a clock and randomness. */
  #start({ env: bindings, waitUntil }: Platform, trigger?: Trigger): void {
    if (this.#instance) return;
    const env = environment(bindings);
    const { service, resource, resourceLabels, push } = this.#options;
    const { name, namespace, version } = typeof service === "object" ? service : { name: service };
    const attributes: Attributes = {
      ...resourceAttributes(env),
      ...resource,
      ...(namespace && { "service.namespace": namespace }),
      ...(version && { "service.version": version }),
      "service.instance.id": this.#runtime.instanceId(),
    };
    attributes["service.name"] =
      name ?? text(env, "OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? "unknown_service";
    const promoted = resourceLabels?.filter((label) => attributes[label] !== undefined);
    this.#instance = {
      env,
      disabled: isDisabled(env),
      resource: resourceFromAttributes(attributes),
      labels: promoted?.length
        ? Object.fromEntries(promoted.map((key) => [key, attributes[key]]))
        : undefined,
    };
    if (this.#instance.disabled) return;
    if (waitUntil && trigger) this.#instruments.coldstarts.add(1, { "faas.trigger": trigger });
    try {
      if (push) {
        const destination = typeof push === "function" ? (push as (env: unknown) => Push)(env) : push;
        this.#destination = checkDestination("what push returns", destination);
      }
    } catch (error) {
      this.#silent = true;
      this.report(error);
    }
  }

  async #push(timeout: number): Promise<boolean> {
    const { env, resource, labels } = this.#instance as Instance;
    try {
      if (!this.#destination && !this.#silent) this.#destination = await destinationFrom(env, this.#runtime);
    } catch (error) {
      this.report(error);
      this.#silent = true;
    }
    if (this.#destination) return this.#pusher.push(this.#destination, resource, labels, timeout);
    if (!this.#silent) {
      this.#silent = true;
      this.report(
        new Error(
          "pushmeter: nothing is pushed: set push, PUSHMETER_REMOTE_WRITE_URL or PUSHMETER_PUSHGATEWAY_URL",
        ),
      );
    }
    return false;
  }
}

function checkOptions(options: PushmeterOptions<never>): void {
  checkNames("createPushmeter", options, "service push flush resource resourceLabels onError");
  const { service, push, flush, resource, resourceLabels, onError } = options;
  if (typeof service === "object") {
    checkNames("service", service, "name namespace version");
    checkText("service.name", service.name);
    if (service.namespace !== undefined) checkText("service.namespace", service.namespace);
    if (service.version !== undefined) checkText("service.version", service.version);
  } else if (service !== undefined) {
    checkText("service", service);
  }
  if (push !== undefined && typeof push !== "function") checkDestination("push", push);
  if (flush !== undefined && flush !== "invocation") {
    if (typeof flush !== "object") invalid("flush", flush, 'an object with every, or "invocation"');
    checkNames("flush", flush, "every");
    checkMilliseconds("flush.every", flush.every);
  }
  if (resource !== undefined && (typeof resource !== "object" || !resource)) {
    invalid("resource", resource, "an object of resource attributes");
  }
  if (resourceLabels !== undefined && !(Array.isArray(resourceLabels) && resourceLabels.every(isName))) {
    invalid("resourceLabels", resourceLabels, "an array of resource attribute names");
  }
  if (onError !== undefined && typeof onError !== "function") invalid("onError", onError, "a function");
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function checkDestination(option: string, value: Push): Push {
  if (typeof value?.export !== "function") {
    invalid(option, value, "a destination such as remoteWrite(…), or a function of the environment");
  }
  return value;
}
