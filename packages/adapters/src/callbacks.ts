/** The options that every HTTP adapter takes: callbacks of the user's, whose failures nobody feels. */
import type { Attributes } from "@opentelemetry/api";
import { checkFunction, checkNames, type Pushmeter } from "@pushmeter/sdk";

export interface HttpOptions<Env = unknown> {
  /** The route's pattern, e.g. `/courses/:id`. Never return a raw path: each value becomes series. */
  readonly route?: ((request: Request) => string | undefined) | undefined;
  /** True: the request is not measured. */
  readonly ignore?: ((request: Request) => boolean) | undefined;
  /** More attributes. Keep their values few: 2,000 sets of attributes at most are told apart. */
  readonly attributes?:
    | ((request: Request, response: Response | undefined, env: Env) => Attributes | undefined)
    | undefined;
}

/** @throws TypeError for an option that is unknown or no function. */
export function checkHttpOptions(adapter: string, options: HttpOptions<never>): void {
  checkNames(adapter, options, "route ignore attributes");
  for (const [name, value] of Object.entries(options)) checkFunction(`${adapter} ${name}`, value);
}

/** The callback's result, or undefined if it throws; a throw is reported. */
export function attempt<Args extends unknown[], Result>(
  pushmeter: Pushmeter,
  callback: (...args: Args) => Result,
  ...args: Args
): Result | undefined {
  try {
    return callback(...args);
  } catch (error) {
    pushmeter.report(error);
    return undefined;
  }
}
