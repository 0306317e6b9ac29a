/** Makes `instrumentLambda` for one way to register the extension. */
import type { Pushmeter } from "@pushmeter/sdk";
import type { Registration } from "./extension.ts";
import type { Host } from "./host.ts";
import type { LambdaOptions } from "./options.ts";
import type { Variables } from "./resource.ts";
import { Shutdown } from "./shutdown.ts";
import type { AnyHandler, InstrumentedHandler, LambdaHandler, OptionsOf } from "./signature.ts";
import { wrap } from "./wrap.ts";

export interface InstrumentLambda {
  <Handler extends LambdaHandler>(
    pushmeter: Pushmeter,
    handler: Handler,
    options?: OptionsOf<Handler>,
  ): InstrumentedHandler<Handler>;
  /** For handlers that stream, and for those typed with a callback, as `@types/aws-lambda` does. */
  <Handler extends AnyHandler>(
    pushmeter: Pushmeter,
    handler: Handler,
    options?: OptionsOf<Handler>,
  ): InstrumentedHandler<Handler>;
}

/** @param register - is called once, for the first function. */
export function instrumenter(register: (env: Variables) => Registration): InstrumentLambda {
  let host: Host | undefined;
  return ((pushmeter: Pushmeter, handler: AnyHandler, options: LambdaOptions<never, never> = {}) => {
    const { env } = process;
    host ??= {
      env,
      shutdown: new Shutdown(),
      extension: undefined,
      refusal: undefined,
      ...register(env),
    };
    return wrap(pushmeter, handler, options, host);
  }) as InstrumentLambda;
}
