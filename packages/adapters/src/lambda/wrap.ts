/** Keeps a handler's signature: the runtime reads the number of parameters and marks on the function. */
import type { Pushmeter } from "@pushmeter/sdk";
import { invalid } from "@pushmeter/sdk/adapter";
import { withoutCallback } from "./callback.ts";
import type { Host } from "./host.ts";
import { InstrumentedFunction } from "./instrument.ts";
import { checkLambdaOptions, type LambdaOptions } from "./options.ts";
import { StreamedResponse } from "./response.ts";
import type { AnyHandler } from "./signature.ts";

/** Marks of `awslambda.streamifyResponse`, as AWS's runtime reads them. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

type Callable = ((...args: unknown[]) => unknown) & { [STREAMING]?: unknown; [HIGH_WATER_MARK]?: unknown };

/**
 * Returns a function with the same parameters and result.
 *
 * @throws TypeError if `handler` is not a handler, and for options that are unusable.
 */
export function wrap(
  pushmeter: Pushmeter,
  handler: AnyHandler,
  options: LambdaOptions<never, never>,
  host: Host,
): (...args: unknown[]) => Promise<unknown> {
  checkLambdaOptions(options);
  if (typeof handler !== "function") invalid("instrumentLambda handler", handler, "a function");
  let handle = handler as Callable;
  const { [STREAMING]: streaming, [HIGH_WATER_MARK]: highWaterMark } = handle;
  if (!streaming && handle.length > 2) handle = withoutCallback(handle, process.versions.node);
  const instrumented = new InstrumentedFunction(pushmeter, options, host);
  if (!streaming) return (event, context) => instrumented.run(event, context, () => handle(event, context));
  const wrapped = (event: unknown, stream: unknown, context: unknown) => {
    const handleStream = () => handle(event, stream, context);
    return instrumented.run(event, context, handleStream, new StreamedResponse(stream));
  };
  return Object.assign(wrapped, { [STREAMING]: streaming, [HIGH_WATER_MARK]: highWaterMark });
}
