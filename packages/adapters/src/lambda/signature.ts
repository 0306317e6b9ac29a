/** The types of Lambda handlers. */
import type { LambdaOptions } from "./options.ts";

/**
 * The context object of the Node.js runtime, for handlers whose parameters have no types.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export interface LambdaContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
}

/**
 * A handler with an event and a context. The type of a method and not of a function: a handler may then declare
 * other types for its parameters, and gets these if it declares none.
 */
export type LambdaHandler = {
  method(event: unknown, context: LambdaContext): unknown;
}["method"];

/** Any handler, also one that streams or has a callback. Every function's parameters match `never`. */
export type AnyHandler = (...args: never[]) => unknown;

/** What a handler resolves to, without the `void` of one that may use a callback instead. */
export type ResultOf<Handler extends AnyHandler> =
  Exclude<Awaited<ReturnType<Handler>>, void> extends infer Result
    ? [Result] extends [never]
      ? undefined
      : Result
    : never;

/** A handler's parameters, and the context where it declares none: pass it on when calling a handler by hand. */
export type ParametersOf<Handler extends AnyHandler> =
  Parameters<Handler> extends []
    ? [event?: unknown, context?: unknown]
    : Parameters<Handler> extends [event?: infer Event]
      ? [event: Event, context?: unknown]
      : Parameters<Handler>;

/** A handler with the same parameters and result, which always returns a promise. */
export type InstrumentedHandler<Handler extends AnyHandler> = (
  ...args: ParametersOf<Handler>
) => Promise<ResultOf<Handler>>;

/** The options for a handler of this type. */
export type OptionsOf<Handler extends AnyHandler> = LambdaOptions<
  Handler extends (event: infer Event, ...rest: never) => unknown ? Event : unknown,
  ResultOf<Handler>
>;
