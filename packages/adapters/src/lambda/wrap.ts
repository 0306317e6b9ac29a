/** A handler's signature, kept: the runtime looks at the number of parameters and at marks on the function. */
import type { Pushmeter } from "@pushmeter/sdk";
import { type Host, InstrumentedFunction } from "./instrument.ts";
import { checkLambdaOptions, type LambdaOptions } from "./options.ts";
import { streamEnding } from "./response.ts";

// The parameters of a user's handler are his own; only what it is called with matters here.
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would refuse every handler that names its parameters' types.
export type LambdaHandler = (...args: any[]) => unknown;

/** Marks of `awslambda.streamifyResponse`, as AWS's runtime reads them. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

/** @throws TypeError for what is no handler, and for options that are unusable. */
export function wrap<Handler extends LambdaHandler>(
  pushmeter: Pushmeter,
  handler: Handler,
  options: LambdaOptions,
  host: Host,
): Handler {
  checkLambdaOptions(options);
  if (typeof handler !== "function") {
    throw new TypeError(`pushmeter: instrumentLambda needs a function, got ${typeof handler}`);
  }
  const marks = handler as Handler & { [STREAMING]?: unknown; [HIGH_WATER_MARK]?: unknown };
  if (!marks[STREAMING] && handler.length > 2) {
    throw new TypeError(
      "pushmeter: instrumentLambda needs a handler with (event, context) that returns a promise, got one with " +
        `${handler.length} parameters: Lambda's Node.js runtime has no callbacks since version 24`,
    );
  }
  const instrumented = new InstrumentedFunction(pushmeter, options, host);
  if (!marks[STREAMING]) {
    const wrapped = (event: unknown, context: unknown) =>
      instrumented.run(event, context, () => handler(event, context));
    // Called with the parameters of the handler that it wraps, and answers with its result.
    return wrapped as LambdaHandler as Handler;
  }
  const wrapped = (event: unknown, stream: unknown, context: unknown) =>
    instrumented.run(
      event,
      context,
      () => handler(event, stream, context),
      () => streamEnding(stream),
    );
  const copied = { [STREAMING]: marks[STREAMING], [HIGH_WATER_MARK]: marks[HIGH_WATER_MARK] };
  return Object.assign(wrapped, copied) as LambdaHandler as Handler;
}
