/**
 * `@pushmeter/adapters/lambda` for functions in CommonJS: `require` gets it, and a bundler that writes CommonJS
 * is pointed to `@pushmeter/adapters/lambda/commonjs`. Importing it does nothing.
 * @module @pushmeter/adapters/lambda/commonjs
 */
import { registerBlocking } from "./register-blocking.ts";
import { Shutdown } from "./shutdown.ts";
import type { InstrumentLambda } from "./signature.ts";
import { instrumentOn } from "./wrap.ts";

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
export const instrumentLambda: InstrumentLambda = instrumentOn(({ registration }) => {
  const { env } = process;
  const extension = registration === "blocking" ? registerBlocking(env) : undefined;
  return { env, extension, shutdown };
});
