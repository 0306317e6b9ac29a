/** Keeps a handler's signature: the runtime reads the number of parameters and marks on the function. */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid } from "@pushmeter/sdk/adapter";
import { type Host, InstrumentedFunction } from "./instrument.ts";
import { checkLambdaOptions, type LambdaOptions } from "./options.ts";
import { streamEnding } from "./response.ts";
import type { AnyHandler, InstrumentLambda } from "./signature.ts";

/** Marks of `awslambda.streamifyResponse`, as AWS's runtime reads them. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

type Callable = ((...args: unknown[]) => unknown) & { [STREAMING]?: unknown; [HIGH_WATER_MARK]?: unknown };

type Options = LambdaOptions<never, never>;

/**
 * Makes the `instrumentLambda` of a module format.
 *
 * @param hostOf - called once for each handler, with options that are usable.
 */
export function instrumentOn(hostOf: (options: Options) => Host): InstrumentLambda {
  const instrument = (pushmeter: Pushmeter, handler: AnyHandler, options: Options = {}) =>
    wrap(pushmeter, handler, options, hostOf);
  // `wrap` keeps the parameters and the result, which its own types do not say.
  return instrument as InstrumentLambda;
}

function wrap(
  pushmeter: Pushmeter,
  handler: AnyHandler,
  options: Options,
  hostOf: (options: Options) => Host,
): (...args: unknown[]) => Promise<unknown> {
  checkLambdaOptions(options);
  if (typeof handler !== "function") invalid("instrumentLambda handler", handler, "a function");
  const handle = handler as Callable;
  const { [STREAMING]: streaming, [HIGH_WATER_MARK]: highWaterMark } = handle;
  if (!streaming && handle.length > 2) {
    throw new TypeError(
      "pushmeter: instrumentLambda needs a handler with (event, context) that returns a promise, got one with " +
        `${handle.length} parameters: Lambda's Node.js runtime has no callbacks since version 24`,
    );
  }
  const instrumented = new InstrumentedFunction(pushmeter, options, hostOf(options));
  if (!streaming) return (event, context) => instrumented.run(event, context, () => handle(event, context));
  const wrapped = (event: unknown, stream: unknown, context: unknown) =>
    instrumented.run(
      event,
      context,
      () => handle(event, stream, context),
      () => streamEnding(stream),
    );
  return Object.assign(wrapped, { [STREAMING]: streaming, [HIGH_WATER_MARK]: highWaterMark });
}
