/** Records invocations with pushmeter's own instruments, from their begin to their end. */
import type { Attributes, Histogram } from "@opentelemetry/api";
import type { Recorder } from "./adapter/recorder.ts";
import type { AttributeSets } from "./attribute-sets.ts";
import { INVOCATIONS, type Instruments, REQUESTS } from "./instruments.ts";
import type { Ending, HttpRequest, Invocation, Platform, Trigger } from "./invocation.ts";
import type { Guard } from "./metering/guard.ts";
import { withOutcome } from "./outcome.ts";
import { requestAttributes, requestKey } from "./request-attributes.ts";
import type { Runtime } from "./runtime.ts";

/** The instance in which invocations run. */
export interface RecorderHost {
  readonly runtime: Runtime;
  readonly instruments: Instruments;
  readonly sets: AttributeSets;
  readonly guard: Guard;
  /** Whether invocations are recorded. The first one starts the instance. */
  isOn(trigger: Trigger, platform: () => Platform): boolean;
  /** An invocation has ended, at `now` on the monotonic clock: there is something to push. */
  recorded(platform: () => Platform, now: number): void;
  report(error: unknown): void;
  /** Reports an error, at most once a minute. */
  remind(error: unknown): void;
}

/** An invocation and the objects by which it is found while it runs. */
interface Running extends Invocation {
  readonly recorder: InvocationRecorder;
  readonly key: object;
  readonly context: object | undefined;
}

/**
 * By request and execution context, while they run. Of all recorders together, so that one notices that another
 * measures the same request.
 */
const RUNNING = new WeakMap<object, Running>();

const TWO_PUSHMETERS =
  "pushmeter: two pushmeters measure the same request, and each counts it: pass one pushmeter to all adapters";

export class InvocationRecorder implements Recorder {
  readonly #host: RecorderHost;

  constructor(host: RecorderHost) {
    this.#host = host;
  }

  begin(trigger: Trigger, platform: () => Platform, key: object, context?: object): Invocation | undefined {
    const { runtime } = this.#host;
    try {
      if (!this.#host.isOn(trigger, platform)) return undefined;
      // Another recorder's invocation keeps its place.
      const isMeasured = RUNNING.has(key) && !this.current(key);
      const running: Running = {
        startedAt: runtime.monotonic(),
        recorder: this,
        key: isMeasured ? {} : key,
        context,
        route: undefined,
        thrown: undefined,
      };
      RUNNING.set(running.key, running);
      if (context) RUNNING.set(context, running);
      if (isMeasured) this.remind(new TypeError(TWO_PUSHMETERS));
      return running;
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  current(key: object): Invocation | undefined {
    const running = RUNNING.get(key);
    return running?.recorder === this ? running : undefined;
  }

  endHttp(
    invocation: Invocation,
    { method, url }: HttpRequest,
    { status, thrown = invocation.thrown }: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    const { instruments, sets, guard } = this.#host;
    this.#end(invocation, platform, instruments.request, () => {
      const request = { method, url, route: invocation.route, status, thrown };
      if (custom) return requestAttributes(request, guard.usable(REQUESTS, custom));
      return sets.numbered(requestKey(request), () => requestAttributes(request));
    });
  }

  endFaas(
    invocation: Invocation,
    trigger: Trigger,
    ending: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    const { instruments, guard } = this.#host;
    this.#end(invocation, platform, instruments.invoke, () =>
      withOutcome({ ...(custom && guard.usable(INVOCATIONS, custom)), "faas.trigger": trigger }, ending),
    );
  }

  endIgnored(invocation: Invocation, platform: () => Platform): void {
    this.#end(invocation, platform);
  }

  report(error: unknown): void {
    this.#host.report(error);
  }

  remind(error: unknown): void {
    this.#host.remind(error);
  }

  #end(
    invocation: Invocation,
    platform: () => Platform,
    instrument?: Histogram,
    attributes?: () => Attributes,
  ): void {
    const { key, context } = invocation as Running;
    const { runtime } = this.#host;
    try {
      const now = runtime.monotonic();
      // A request that is sent twice counts twice. And deleting costs less than the garbage collector would.
      RUNNING.delete(key);
      if (context) RUNNING.delete(context);
      instrument?.record((now - invocation.startedAt) / 1000, attributes?.());
      this.#host.recorded(platform, now);
    } catch (error) {
      this.report(error);
    }
  }
}
