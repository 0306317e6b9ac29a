export interface FunctionOptions {
  /** The folder of the bundle. */
  readonly directory: string;
  /** File and export. Default `index.handler`. */
  readonly handler?: string | undefined;
  /** ms. Default 3,000, like the service. */
  readonly timeout?: number | undefined;
  /**
   * How much later than the service the emulator kills a function that does not answer or end in time, ms.
   * Default 0. Tests need some on a busy machine.
   */
  readonly leniency?: number | undefined;
  /** How long the init phase may take, ms. Default 10,000, like the service. Tests need more on a busy machine. */
  readonly initLimit?: number | undefined;
  /** Variables for the function. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Answers every registration of an extension with 403. */
  readonly refuseExtensions?: boolean | undefined;
  /** A folder that stands for `/opt`: its programs in `extensions` are started before the runtime. */
  readonly layer?: string | undefined;
  /** MB. A function that uses more is killed. Default: any amount. */
  readonly memory?: number | undefined;
  /** The program that runs it. Default: the Node that runs the emulator. */
  readonly node?: string | undefined;
  /** A Managed Instance with so many threads and concurrent invocations: not frozen, no extensions. */
  readonly concurrency?: number | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export function variables(options: FunctionOptions, address: string): Record<string, string> {
  const { directory, handler = "index.handler", env, concurrency, memory = 256 } = options;
  return {
    PATH: process.env.PATH ?? "",
    AWS_LAMBDA_RUNTIME_API: address,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: directory,
    AWS_LAMBDA_FUNCTION_NAME: "courses",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${memory}`,
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/courses",
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/20/[$LATEST]0123456789abcdef",
    AWS_LAMBDA_INITIALIZATION_TYPE: concurrency ? "lambda-managed-instances" : "on-demand",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_REGION: "eu-central-1",
    ...(concurrency && {
      AWS_LAMBDA_MAX_CONCURRENCY: `${concurrency}`,
      AWS_LAMBDA_NODEJS_WORKER_COUNT: `${concurrency}`,
    }),
    ...env,
  };
}
