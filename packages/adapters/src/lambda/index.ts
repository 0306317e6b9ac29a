/**
 * `@pushmeter/adapters/lambda`: AWS Lambda, for functions that are CommonJS or ES modules.
 *
 * In a Lambda environment the first call of `instrumentLambda` registers an internal extension and waits for it, some
 * 5 ms: registration ends when the function's module has loaded. `@pushmeter/adapters/lambda/esm` awaits it instead.
 * @module @pushmeter/adapters/lambda
 */
import { type InstrumentLambda, instrumenter } from "./instrumenter.ts";
import { registerSync } from "./register-sync.ts";

export {
  type DurableAttempt,
  type DurableInvocationEnd,
  type DurableMeter,
  durableMeter,
} from "./durable-meter.ts";
export type { InstrumentLambda } from "./instrumenter.ts";
export type { LambdaOptions } from "./options.ts";
export type * from "./signature.ts";

/**
 * Measures a Lambda handler: HTTP events (API Gateway, function URLs, ALB, VPC Lattice, WebSocket APIs) as
 * `http.server.request.duration` with the gateway's route, all others as `faas.invoke_duration`. Pushes after
 * the response has been returned: the caller never waits, the environment stays busy (and is billed) until the
 * push ends. `PUSHMETER_LAMBDA_EXTENSION=false`, or a refused registration: the handler waits for the push, which is
 * reported once.
 *
 * The handler's result and errors pass through unchanged, streaming handlers stay streaming. A handler with a callback
 * becomes one that returns a promise.
 *
 * @example
 * ```ts
 * export const handler = instrumentLambda(pushmeter, async (event, context) => ({ statusCode: 200 }));
 * ```
 * @throws TypeError for a handler with a callback on Node 24 and later, whose runtime knows no callbacks, and for an
 * option that is unknown or unusable.
 */
export const instrumentLambda: InstrumentLambda = instrumenter(registerSync);
