/**
 * Durable functions: one execution is several invocations, each of which runs the handler's code again from its start.
 * The outermost handler gets the state of the execution and says how far it has come.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html
 */
import type { Ending } from "@pushmeter/sdk/adapter";
import { type Fields, fields, objects, text } from "./fields.ts";

export function isDurable(event: Fields): boolean {
  return text(event.DurableExecutionArn) !== undefined && text(event.CheckpointToken) !== undefined;
}

/** The event that the execution was started with: the payload of its first operation. */
export function durablePayload(event: Fields): unknown {
  const [execution] = objects(fields(event.InitialExecutionState).Operations);
  const payload = text(fields(execution?.ExecutionDetails).InputPayload);
  try {
    return payload === undefined ? undefined : JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** How the execution ended; undefined while it goes on in a later invocation. */
export function durableEnding(result: unknown): Ending | undefined {
  const { Status, Error: failure } = fields(result);
  if (Status === "PENDING") return undefined;
  if (Status !== "FAILED") return {};
  const error = new Error("The durable execution failed");
  error.name = text(fields(failure).ErrorType) ?? "DurableExecutionFailed";
  return { thrown: { error } };
}
