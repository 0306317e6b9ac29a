/** What users configure and call. */
import type { Meter, MeterProvider } from "@opentelemetry/api";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { Destination } from "./destination.ts";
import type { FlushPolicy } from "./flush/flusher.ts";
import type { Exemplars } from "./histogram.ts";
import type { Names } from "./recording/instrument.ts";

/** Where pushes go: one of pushmeter's destinations or any other OpenTelemetry exporter. */
export type Push = Destination | PushMetricExporter;

/** @typeParam Env - the bindings of a Worker, else the environment's variables. */
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
  /**
   * OpenTelemetry resource attributes, in Prometheus labels of `target_info`. `service.instance.id` becomes the label
   * `instance` in a long-lived process. Where there is `waitUntil` each instance makes its own id and reports once
   * that it does not use this one, because many instances run with one configuration there.
   */
  readonly resource?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Names of resource attributes that become labels of every series. */
  readonly resourceLabels?: readonly string[] | undefined;
  /**
   * Upper bounds of the buckets of `http.server.request.duration` and `faas.invoke_duration`, in seconds, ascending.
   * Default: those of the semantic conventions, from 0.005 to 10. Each bound is a series for every set of attributes.
   */
  readonly buckets?: readonly number[] | undefined;
  /** `drop`: attributes of the built-in metrics to leave out, by name, such as `url.scheme`. Default: none. */
  readonly attributes?: { readonly drop?: readonly string[] | undefined } | undefined;
  /**
   * Sets of attributes per instrument, for the life of an instance. What is recorded with further sets counts under
   * `otel.metric.overflow`, which is one of them. Default 2000.
   */
  readonly cardinalityLimit?: number | undefined;
  /**
   * `exemplars` from `@pushmeter/sdk/exemplars`: each bucket of `http.server.request.duration` carries a trace id,
   * over remote write. Default: none.
   */
  readonly exemplars?: Exemplars | undefined;
  /**
   * Other names, labels and buckets for metrics: `promClient()` and others from `@pushmeter/sdk/names`. Its buckets
   * take precedence over `buckets`. Default: OpenTelemetry's names, as Prometheus writes them.
   */
  readonly names?: Names | undefined;
  /** Write a line for each push: series, bytes, answer, ms. Default: `PUSHMETER_DEBUG` is `true`. */
  readonly debug?: boolean | undefined;
  /**
   * True: what libraries record through OpenTelemetry's global API is recorded here. Needs
   * `import "@pushmeter/sdk/global"` before those libraries. Default false.
   */
  readonly global?: boolean | undefined;
  /** Called with every failure. Default: `console.error`. What it throws is ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

declare const ENVIRONMENT: unique symbol;

/**
 * @typeParam Env - the environment that `push` reads, so that adapters know the type of their handlers' `env`.
 * `Pushmeter` alone stands for a pushmeter of any environment.
 */
export interface Pushmeter<in Env = never> {
  /** A plain OpenTelemetry meter for the user's own instruments. */
  readonly meter: Meter;

  /** For libraries that take a meter provider. Their series have the labels `otel_scope_name` and `otel_scope_version`. */
  readonly meterProvider: MeterProvider;

  /**
   * Pushes now. True if all is stored; never rejects.
   *
   * @param options.timeout - when to give up, ms. Default 25,000.
   * @param options.last - the instance ends with this push: it does not wait because of earlier failures, except for
   * the time that the receiver has asked for. Default false.
   */
  flush(options?: { readonly timeout?: number; readonly last?: boolean }): Promise<boolean>;

  /**
   * Answers a scrape of a long-lived process: everything recorded in it, in Prometheus's text format 0.0.4. In
   * an edge bundle the answer is 501, because each scrape would reach another instance. Never rejects.
   */
  scrape(): Promise<Response>;

  /** Pushes what is left and ends: nothing is recorded or pushed afterwards. Never rejects. */
  shutdown(): Promise<void>;

  /** Never there: it keeps the type of the environment. */
  readonly [ENVIRONMENT]?: (env: Env) => void;
}
