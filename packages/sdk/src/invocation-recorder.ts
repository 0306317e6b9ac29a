/** Records invocations with pushmeter's own instruments, from their begin to their end. */
import type { Attributes } from "@opentelemetry/api";
import type { Recorder } from "./adapter/recorder.ts";
import type { Exemplars } from "./histogram.ts";
import type { Ending, HttpRequest, Invocation, Platform, Trigger } from "./invocation.ts";
import { withOutcome } from "./outcome.ts";
import type { Pushmeter } from "./pushmeter-types.ts";
import type { Guard } from "./recording/guard.ts";
import type { Series } from "./recording/instrument.ts";
import type { Instruments } from "./recording/instruments.ts";
import { INVOCATIONS, REQUESTS } from "./recording/names.ts";
import { RequestTable, requestAttributes } from "./request-attributes.ts";
import { RUNNING, type Running } from "./running.ts";
import type { Runtime } from "./runtime.ts";

/** The instance in which invocations run. */
export interface RecorderHost {
  readonly runtime: Runtime;
  readonly instruments: Instruments;
  readonly cardinalityLimit: number;
  readonly guard: Guard;
  readonly exemplars?: Exemplars | undefined;
  /** Whether invocations are recorded. The first one starts the instance. */
  isOn(trigger: Trigger, platform: () => Platform): boolean;
  /** An invocation has ended, at `now` on the monotonic clock: there is something to push. */
  recorded(platform: () => Platform, now: number): void;
  ofService(name: string): Pushmeter;
  readonly pushTo: Recorder["pushTo"];
  report(error: unknown): void;
  /** Reports an error, at most once a minute. */
  remind(error: unknown): void;
}

const TWO_PUSHMETERS =
  "pushmeter: two pushmeters measure the same request, and each counts it: pass one pushmeter to all adapters";

export class InvocationRecorder implements Recorder {
  readonly #host: RecorderHost;
  readonly #requests: RequestTable<Series>;
  readonly pushTo: Recorder["pushTo"];

  constructor(host: RecorderHost) {
    this.#host = host;
    this.pushTo = host.pushTo;
    const { instruments, cardinalityLimit } = host;
    this.#requests = new RequestTable(
      (request) => instruments.request(requestAttributes(request)),
      cardinalityLimit,
    );
  }

  begin(trigger: Trigger, platform: () => Platform, key: object, context?: object): Invocation | undefined {
    const { runtime } = this.#host;
    try {
      if (!this.#host.isOn(trigger, platform)) return undefined;
      const startedAt = runtime.monotonic();
      const invocation: Running = {
        startedAt,
        recorder: this,
        key,
        context: context && this.#isFree(context) ? context : undefined,
        route: undefined,
        thrown: undefined,
      };
      if (this.#isFree(key)) RUNNING.add(invocation);
      else this.remind(new TypeError(TWO_PUSHMETERS));
      return invocation;
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
    request: HttpRequest,
    { status, thrown = invocation.thrown, isLate }: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    const { runtime, instruments, guard, exemplars } = this.#host;
    try {
      const now = this.#ended(invocation);
      const seconds = (now - invocation.startedAt) / 1000;
      const { method, url } = request;
      const ended = { method, url, route: invocation.route, status, thrown, isLate };
      const series = custom
        ? instruments.request(requestAttributes(ended, guard.usable(REQUESTS, custom)))
        : this.#requests.get(ended);
      series.add(seconds, exemplars?.(request, seconds, runtime.now()));
      this.#host.recorded(platform, now);
    } catch (error) {
      this.report(error);
    }
  }

  endFaas(
    invocation: Invocation,
    trigger: Trigger,
    ending: Ending,
    platform: () => Platform,
    custom?: Attributes,
  ): void {
    const { instruments, guard } = this.#host;
    try {
      const now = this.#ended(invocation);
      const seconds = (now - invocation.startedAt) / 1000;
      const usable = custom && guard.usable(INVOCATIONS, custom);
      instruments.invoke(withOutcome({ ...usable, "faas.trigger": trigger }, ending)).add(seconds);
      this.#host.recorded(platform, now);
    } catch (error) {
      this.report(error);
    }
  }

  endIgnored(invocation: Invocation, platform: () => Platform): void {
    try {
      this.#host.recorded(platform, this.#ended(invocation));
    } catch (error) {
      this.report(error);
    }
  }

  ofService(name: string): Pushmeter {
    return this.#host.ofService(name);
  }

  now(): number {
    return this.#host.runtime.monotonic();
  }

  report(error: unknown): void {
    this.#host.report(error);
  }

  remind(error: unknown): void {
    this.#host.remind(error);
  }

  /** Whether no other recorder has an invocation by this key. */
  #isFree(key: object): boolean {
    return (RUNNING.get(key)?.recorder ?? this) === this;
  }

  /** It runs no longer. Returns the time on the monotonic clock, ms. */
  #ended(invocation: Invocation): number {
    const now = this.#host.runtime.monotonic();
    RUNNING.delete(invocation as Running);
    return now;
  }
}
