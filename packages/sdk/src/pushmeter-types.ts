/** What users configure, and what users and adapters call. */
import type { Attributes, Meter } from "@opentelemetry/api";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { Destination } from "./destination.ts";
import type { FlushPolicy } from "./flush/flusher.ts";
import type { Ending, Invocation, Platform, Trigger } from "./invocation.ts";

/** Where pushes go: one of pushmeter's destinations or any other OpenTelemetry exporter. */
export type Push = Destination | PushMetricExporter;

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
   * first invocation. Left out: `PUSHMETER_REMOTE_WRITE_URL`, `PUSHMETER_PUSHGATEWAY_URL` or
   * `PUSHMETER_OTLP_URL` (each with `…_TOKEN`); with none of them set, metrics are recorded and not pushed.
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
   * @param key - an object that frameworks inside see too, such as the request: they find the invocation by
   * it, so that what is wrapped twice counts once.
   * @param context - another such object, for frameworks that are handed a request of their own.
   */
  begin(trigger: Trigger, platform: () => Platform, key: object, context?: object): Invocation | undefined;

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
