/** Puts the parts together: options, instruments, flush and destination. */
import type { Meter, MeterProvider } from "@opentelemetry/api";
import type { InstrumentType } from "@opentelemetry/sdk-metrics";
import { destinationFrom, scrape } from "#ondemand";
import { RECORDER, type Recorder } from "./adapter/recorder.ts";
import { CARDINALITY_LIMIT } from "./cardinality.ts";
import type { Destination } from "./destination.ts";
import { EXPONENTIAL_BUCKETS, HISTOGRAM } from "./enumerations.ts";
import { environment, isTrue } from "./environment.ts";
import { Flusher } from "./flush/flusher.ts";
import { Pusher } from "./flush/pusher.ts";
import { delegateTo } from "./global/slot.ts";
import { createInstance, type Instance } from "./instance.ts";
import type { Platform, Trigger } from "./invocation.ts";
import { InvocationRecorder } from "./invocation-recorder.ts";
import { METER_NAME } from "./prometheus/scope.ts";
import { checkDestination, checkOptions } from "./pushmeter-options.ts";
import type { Push, Pushmeter, PushmeterOptions } from "./pushmeter-types.ts";
import { Guard } from "./recording/guard.ts";
import { Instruments } from "./recording/instruments.ts";
import { Recording } from "./recording/recording.ts";
import { Reporter } from "./reporter.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";
import { scheduleClock } from "./schedule-clock.ts";

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
 * to `onError` and not to the handler.
 */
export function createPushmeter<Env = Record<string, string | undefined>>(
  options: PushmeterOptions<Env> & { readonly push: (env: Env) => Push },
  runtime?: Runtime,
): Pushmeter<Env>;
export function createPushmeter<Env = unknown>(
  options?: PushmeterOptions<Env>,
  runtime?: Runtime,
): Pushmeter<Env>;
export function createPushmeter(
  options: PushmeterOptions<never> = {},
  runtime: Runtime = systemRuntime,
): Pushmeter {
  checkOptions(options);
  return new Core(options, runtime);
}

class Core implements Pushmeter {
  readonly #options: PushmeterOptions<never>;
  readonly #runtime: Runtime;
  readonly #meter: Meter;
  readonly #meterProvider: MeterProvider;
  readonly #instruments: Instruments;
  readonly #reporter: Reporter;
  readonly #recorder: Recorder;
  readonly #pusher: Pusher;
  readonly #flusher: Flusher;
  #instance: Instance | undefined;
  #destination: Destination | undefined;
  /** Why there is no destination. */
  #fault: unknown;
  #ending: Promise<void> | undefined;
  #ended = false;

  constructor(options: PushmeterOptions<never>, runtime: Runtime) {
    this.#options = options;
    if (typeof options.push !== "function") this.#destination = options.push;
    this.#runtime = runtime;
    const { cardinalityLimit = CARDINALITY_LIMIT, attributes: { drop } = {}, buckets } = options;
    const report = (error: unknown) => this.#report(error);
    const clock = scheduleClock(runtime);
    const reporter = new Reporter(clock, report);
    const remind = (error: unknown) => reporter.remind(error);
    this.#reporter = reporter;
    const guard = new Guard((reason) => instruments.dropped({ reason }).add(1), reporter);
    const isDisabled = isTrue(environment(), "OTEL_SDK_DISABLED");
    const recording = new Recording(
      {
        guard,
        cardinalityLimit,
        names: options.names,
        remind,
        now: () => runtime.now(),
        isOff: () => isDisabled || (this.#instance ? this.#isOff(this.#instance) : this.#ended),
        native: () => {
          const wanted = this.#destination?.selectAggregation?.(HISTOGRAM as InstrumentType);
          return wanted?.type === EXPONENTIAL_BUCKETS ? this.#destination?.native : undefined;
        },
      },
      runtime,
    );
    const instruments = new Instruments(recording, { buckets, drop });
    this.#instruments = instruments;
    this.#meter = recording.meter(METER_NAME);
    this.#meterProvider = { getMeter: (name, version) => recording.meter(name, version) };
    if (options.global) delegateTo(this.#meterProvider);
    this.#recorder = new InvocationRecorder({
      runtime,
      instruments,
      cardinalityLimit,
      guard,
      exemplars: options.exemplars,
      report,
      isOn: (trigger, platform) => !this.#isOff(this.#instance ?? this.#start(platform(), trigger)),
      remind,
      ofService: (service) => new Core({ ...options, service, global: false }, runtime),
      pushTo: (destination) => {
        this.#destination = destination;
        this.#flusher.isQuiet = true;
        return (before) => this.#pusher.collect(this.#instance ?? before, destination);
      },
      recorded: (platform, now) => {
        if (this.#fault) reporter.remind(this.#fault);
        else this.#flusher.recorded(platform, now);
      },
    });
    this.#pusher = new Pusher({ runtime, recording, instruments, report, reporter });
    const policy = options.flush ?? { every: 5000 };
    this.#flusher = new Flusher(runtime, clock, policy, (timeout, last) => this.#push(timeout, last));
  }

  // Accessors of the class, and so left out by JSON.stringify and console.log: a meter is a circular object.
  get meter(): Meter {
    return this.#meter;
  }

  get meterProvider(): MeterProvider {
    return this.#meterProvider;
  }

  get [RECORDER](): Recorder {
    return this.#recorder;
  }

  async flush({
    timeout,
    last,
  }: {
    readonly timeout?: number;
    readonly last?: boolean;
  } = {}): Promise<boolean> {
    return this.#isOff(this.#start({})) || this.#flusher.flush(timeout, last);
  }

  async scrape(): Promise<Response> {
    const instance = this.#start({});
    if (this.#isOff(instance)) return new Response();
    try {
      return await scrape(await this.#pusher.collect(instance));
    } catch (error) {
      this.#report(error);
      return new Response("the metrics could not be collected\n", { status: 500 });
    }
  }

  shutdown(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#flusher.stop();
    await this.flush({ last: true });
    this.#ended = true;
    try {
      await this.#destination?.shutdown({ instance: this.#instance?.id });
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    try {
      const { onError } = this.#options;
      if (onError) onError(error);
      else console.error(String(error));
    } catch {
      // onError itself failed: there is nowhere left to report that.
    }
  }

  #isOff({ disabled }: Instance): boolean {
    return disabled || this.#ended;
  }

  #start(platform: Platform, trigger?: Trigger): Instance {
    if (this.#instance) return this.#instance;
    const { push } = this.#options;
    const env = environment(platform.env);
    const instance = createInstance(this.#options, env, this.#runtime.instanceId(), platform);
    this.#instance = instance;
    this.#flusher.isQuiet ||= this.#runtime.isTest?.();
    if (instance.disabled) return instance;
    if (platform.waitUntil && trigger && !platform.isWarm)
      this.#instruments.coldstarts({ "faas.trigger": trigger }).add(1);
    if (instance.ignoresId) {
      this.#reporter.once(
        "service.instance.id of the resource is not used: instances that share a configuration need different ids",
      );
    }
    try {
      if (push && !this.#destination) {
        const destination = (push as (env: unknown) => Push)(env);
        this.#destination = checkDestination("what push returns", destination);
      }
    } catch (error) {
      this.#fail(error);
    }
    return instance;
  }

  async #push(timeout: number, last: boolean): Promise<boolean> {
    const instance = this.#start({});
    try {
      if (!this.#fault) this.#destination ??= await destinationFrom(instance.env, this.#runtime);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#destination) return this.#pusher.push(this.#destination, instance, { timeout, last });
    if (this.#fault) this.#reporter.remind(this.#fault);
    return !this.#fault;
  }

  /** There is no destination: nothing is pushed, which is reported once a minute. */
  #fail(error: unknown): void {
    this.#fault = error ?? new TypeError("pushmeter: push threw undefined");
    this.#reporter.remind(this.#fault);
  }
}
