/**
 * `@pushmeter/adapters/lambda` for functions in CommonJS: `require` gets it, and a bundler that writes CommonJS
 * is pointed to `@pushmeter/adapters/lambda/commonjs`. Importing it does nothing.
 * @module @pushmeter/adapters/lambda/commonjs
 */
import type { Pushmeter } from "@pushmeter/sdk";
import type { LambdaOptions } from "./options.ts";
import { registerBlocking } from "./register-blocking.ts";
import { Shutdown } from "./shutdown.ts";
import type { AnyHandler, InstrumentedHandler, LambdaHandler, OptionsOf } from "./signature.ts";
import { wrap } from "./wrap.ts";

export type { LambdaOptions } from "./options.ts";
export type * from "./signature.ts";

const shutdown = new Shutdown();

/**
 * The same as for ES modules, except that nothing can be awaited while the module loads: without an extension
 * the handler waits for each push. With `registration: "blocking"` the extension is registered while this call
 * waits, which makes each cold start some tens of milliseconds longer.
 *
 * @throws TypeError for a handler with a callback, and for an option that is unknown or unusable.
 */
export function instrumentLambda<Handler extends LambdaHandler>(
  pushmeter: Pushmeter,
  handler: Handler,
  options?: OptionsOf<Handler>,
): InstrumentedHandler<Handler>;
/** For handlers that stream, and for those typed with a callback, as `@types/aws-lambda` does. */
export function instrumentLambda<Handler extends AnyHandler>(
  pushmeter: Pushmeter,
  handler: Handler,
  options?: OptionsOf<Handler>,
): InstrumentedHandler<Handler>;
export function instrumentLambda(
  pushmeter: Pushmeter,
  handler: AnyHandler,
  options: LambdaOptions<never, never> = {},
): AnyHandler {
  const { env } = process;
  const extension = options.registration === "blocking" ? registerBlocking(env) : undefined;
  return wrap(pushmeter, handler, options, { env, extension, shutdown });
}
