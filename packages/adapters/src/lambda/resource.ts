/** Resource attributes from a function's environment variables: semantic conventions 1.44, "AWS Lambda". */
import type { Attributes } from "@opentelemetry/api";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export function resourceAttributes(env: Variables): Attributes {
  const memory = Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  const attributes: Attributes = {
    "cloud.provider": "aws",
    "cloud.platform": "aws_lambda",
    "cloud.region": env.AWS_REGION,
    "faas.name": env.AWS_LAMBDA_FUNCTION_NAME,
    "service.version": env.AWS_LAMBDA_FUNCTION_VERSION,
    "faas.version": env.AWS_LAMBDA_FUNCTION_VERSION,
    "aws.lambda.initialization_type": env.AWS_LAMBDA_INITIALIZATION_TYPE,
    "faas.instance": env.AWS_LAMBDA_LOG_STREAM_NAME,
    // Bytes; the variable is in MB.
    "faas.max_memory": memory > 0 ? memory * 1024 * 1024 : undefined,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/**
 * The environment was ready before there was a request for it, so that its first request is no cold start. One that
 * is restored from a snapshot is restored for a request, which waits.
 */
export function isWarm({ AWS_LAMBDA_INITIALIZATION_TYPE: type }: Variables): boolean {
  return type === "provisioned-concurrency" || type === "lambda-managed-instances";
}

/** The process began when a snapshot was made, not when the environment did. */
export function isSnapshot(env: Variables): boolean {
  return env.AWS_LAMBDA_INITIALIZATION_TYPE === "snap-start";
}

/** Lambda Managed Instances: not frozen, several invocations at a time in each of several threads. */
export function isManaged(env: Variables): boolean {
  return Boolean(env.AWS_LAMBDA_MAX_CONCURRENCY);
}
