/** The options that every HTTP adapter takes. What a callback throws is reported to `onError`. */
import type { Attributes } from "@opentelemetry/api";
import { checkNames, type Ending, invalid, type Platform, type Recorder } from "@pushmeter/sdk/adapter";

/** @typeParam Env - the environment that the pushmeter's `push` reads. */
export interface HttpOptions<Env = unknown> {
  /** The route's pattern, e.g. `/courses/:id`. Never return a raw path: each value becomes series. */
  route?(request: Request): string | undefined;
  /** True: the request is not measured. */
  ignore?(request: Request): boolean;
  /** More attributes. Keep their values few: each instrument has at most 2,000 sets of attributes. */
  attributes?(request: Request, response: Response | undefined, env: Env): Attributes | undefined;
  /** `wholeBody`: measures to the end of the response's body. Default: to its headers. */
  readonly body?: PassBody | undefined;
}

/** Passes a response's body through and calls `end` at its end. Undefined if there is nothing to pass. */
export type PassBody = (
  recorder: Recorder,
  response: Response,
  platform: () => Platform,
  end: (ending: Ending) => void,
  request: Request,
) => Response | undefined;

/** @throws TypeError for an option that is unknown or not a function. */
export function checkHttpOptions(adapter: string, options: HttpOptions<never>): void {
  checkNames(adapter, options, "route ignore attributes body");
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || typeof value === "function") continue;
    invalid(`${adapter} ${name}`, value, name === "body" ? "the import wholeBody" : "a function");
  }
}

/** The callback's result, or undefined if it throws; what it throws is reported. */
export function attempt<Args extends unknown[], Result>(
  recorder: Recorder,
  callback: (...args: Args) => Result,
  ...args: Args
): Result | undefined {
  try {
    return callback(...args);
  } catch (error) {
    recorder.report(error);
    return undefined;
  }
}
