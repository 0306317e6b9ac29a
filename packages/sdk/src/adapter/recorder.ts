/** How an adapter reaches the recorder behind a pushmeter, which users do not see. */
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "../destination.ts";
import type { Ending, HttpRequest, Invocation, Platform, Trigger } from "../invocation.ts";
import { invalid } from "../options.ts";
import type { Pushmeter } from "../pushmeter-types.ts";

/**
 * Collects what was recorded.
 *
 * @param before - stands for the instance as long as there has been no invocation.
 */
export type Collect = (before: {
  readonly resource: ResourceMetrics["resource"];
  readonly labels: Attributes;
}) => Promise<ResourceMetrics>;

/** Records the invocations of one pushmeter. No method throws. */
export interface Recorder {
  /**
   * An invocation starts. Undefined when metrics are switched off.
   *
   * @param key - an object that frameworks inside see too, such as the request. They find the invocation by
   * it, so that a handler that is wrapped twice counts once.
   * @param context - another such object, for frameworks that are handed a different request.
   */
  begin(trigger: Trigger, platform: () => Platform, key: object, context?: object): Invocation | undefined;

  /** The running invocation of a request or an execution context. */
  current(key: object): Invocation | undefined;

  /** An HTTP invocation has ended. */
  endHttp(
    invocation: Invocation,
    request: HttpRequest,
    ending: Ending,
    platform: () => Platform,
    attributes?: Attributes,
  ): void;

  /** An invocation by another trigger has ended. */
  endFaas(
    invocation: Invocation,
    trigger: Trigger,
    ending: Ending,
    platform: () => Platform,
    attributes?: Attributes,
  ): void;

  /**
   * An invocation has ended that is not measured, or that the adapter measures itself with another instrument.
   * What was recorded during it is pushed.
   */
  endIgnored(invocation: Invocation, platform: () => Platform): void;

  /** A new pushmeter for another service, with the same options. */
  ofService(name: string): Pushmeter;

  /**
   * For `testMeter`: from now on pushes go to `destination`, and only `flush` pushes.
   *
   * @returns a function that collects what was recorded, in the temporality of `destination`.
   */
  readonly pushTo: (destination: Destination) => Collect;

  /** The instance's monotonic clock, ms. */
  now(): number;

  /** Passes an error to `onError`. */
  report(error: unknown): void;

  /** Passes an error to `onError`, at most once a minute: for what stays wrong until the code is changed. */
  remind(error: unknown): void;
}

/** In the global registry of symbols: an adapter and a pushmeter may come from two copies of this package. */
export const RECORDER = Symbol.for("@pushmeter/sdk recorder 1");

/** @throws TypeError if `pushmeter` is not what `createPushmeter` returned. */
export function recorderOf(pushmeter: Pushmeter<never>): Recorder {
  const { [RECORDER]: recorder } = (pushmeter ?? {}) as { readonly [RECORDER]?: Recorder };
  return recorder ?? invalid("the first argument", pushmeter, "what createPushmeter returned");
}
