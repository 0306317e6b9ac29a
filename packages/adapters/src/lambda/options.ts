import type { Attributes } from "@opentelemetry/api";

/** Options of `instrumentLambda`. Callbacks get the event as the handler does; what they throw is reported. */
export interface LambdaOptions {
  /** The route's pattern, e.g. `/courses/{id}`. Never return a raw path: each value becomes series. */
  route?(event: unknown): string | undefined;
  /** True: the invocation is not measured. */
  ignore?(event: unknown): boolean;
  /** More attributes. Keep their values few: 2,000 sets of attributes at most are told apart. */
  attributes?(event: unknown, result: unknown): Attributes | undefined;
  /**
   * Push at most every so many ms, to spend less billed time: an invocation sooner after the last push leaves
   * its numbers to a later one, or to the environment's end. Default: after each invocation. On Managed
   * Instances the pushmeter's own `flush` counts instead.
   */
  readonly every?: number | undefined;
  /**
   * How long before the function's time-out an invocation is recorded as `timeout` and pushed, ms. Default 500,
   * and never more than half of the function's time.
   */
  readonly timeoutMargin?: number | undefined;
  /**
   * `"blocking"`: register the extension while the module loads, in a worker thread that the main one waits
   * for. For CommonJS, where nothing can be awaited at that time; costs some tens of ms of each cold start.
   */
  readonly registration?: "blocking" | undefined;
}

const CALLBACKS = ["route", "ignore", "attributes"] as const;
const DURATIONS = ["every", "timeoutMargin"] as const;
const NAMES: readonly string[] = [...CALLBACKS, ...DURATIONS, "registration"];

/** @throws TypeError for an option that is unknown or unusable. */
export function checkLambdaOptions(options: LambdaOptions): void {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown) refuse(`has no option ${unknown}. Accepted: ${NAMES.join(", ")}`);
  for (const name of CALLBACKS) {
    const value = options[name];
    if (value !== undefined && typeof value !== "function") {
      refuse(`${name} must be a function, got ${typeof value}`);
    }
  }
  for (const name of DURATIONS) {
    const value = options[name];
    if (value !== undefined && !(typeof value === "number" && value >= 1 && value <= 900_000)) {
      refuse(`${name} must be a number of milliseconds from 1 to 900000, got ${String(value)}`);
    }
  }
  const { registration } = options;
  if (registration !== undefined && registration !== "blocking") {
    refuse(`registration must be "blocking" or absent, got ${typeof registration}`);
  }
}

function refuse(what: string): never {
  throw new TypeError(`pushmeter: instrumentLambda ${what}`);
}
