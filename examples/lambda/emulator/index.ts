/** A Lambda on this machine: AWS's runtime interface client against an emulator of the APIs that it talks to. */
export type { Result } from "./environment.ts";
export type { FunctionOptions } from "./function-options.ts";
export { LocalLambda } from "./local-lambda.ts";
export { isInstalled, runtimeClient } from "./runtime-client.ts";
