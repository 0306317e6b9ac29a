/**
 * `@pushmeter/adapters/lambda/esm`: the same as `@pushmeter/adapters/lambda` for functions that are ES modules, without
 * a child process at a cold start. Importing it in a Lambda environment registers the extension, by a top-level await.
 * @module @pushmeter/adapters/lambda/esm
 */
import { registerExtension } from "./extension.ts";
import { type InstrumentLambda, instrumenter } from "./instrumenter.ts";

export {
  type DurableAttempt,
  type DurableInvocationEnd,
  type DurableMeter,
  durableMeter,
} from "./durable-meter.ts";
export type { InstrumentLambda } from "./instrumenter.ts";
export type { LambdaOptions } from "./options.ts";
export type * from "./signature.ts";

const registration = await registerExtension(process.env);

/** See `instrumentLambda` of `@pushmeter/adapters/lambda`. */
export const instrumentLambda: InstrumentLambda = instrumenter(() => registration);
