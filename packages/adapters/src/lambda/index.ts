/**
 * `@pushmeter/adapters/lambda`: AWS Lambda, for functions that are ES modules.
 *
 * Importing it in a Lambda environment registers an internal extension. That has to end before the runtime asks for
 * its first invocation, and only the loading of a module can be awaited then. Elsewhere the import does nothing.
 * @module @pushmeter/adapters/lambda
 */
import { registerExtension } from "./extension.ts";
import { Shutdown } from "./shutdown.ts";
import type { InstrumentLambda } from "./signature.ts";
import { instrumentOn } from "./wrap.ts";

export type { LambdaOptions } from "./options.ts";
export type * from "./signature.ts";

const host = { env: process.env, extension: await registerExtension(process.env), shutdown: new Shutdown() };

/**
 * Measures a Lambda handler: HTTP events (API Gateway, function URLs, ALB, VPC Lattice) as
 * `http.server.request.duration` with the gateway's route, all others as `faas.invoke_duration`. Pushes after
 * the response has been returned: the caller never waits, the environment stays busy (and is billed) until the
 * push ends. `PUSHMETER_LAMBDA_EXTENSION=false`, or a refused registration: the handler waits for the push.
 *
 * The handler's result and errors pass through unchanged, streaming handlers stay streaming.
 *
 * @example
 * ```ts
 * export const handler = instrumentLambda(pushmeter, async (event, context) => ({ statusCode: 200 }));
 * ```
 * @throws TypeError for a handler with a callback, and for an option that is unknown or unusable.
 */
export const instrumentLambda: InstrumentLambda = instrumentOn(() => host);
