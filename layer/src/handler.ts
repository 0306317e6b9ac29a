/** The handler that the runtime loads in place of the function's: the same, measured. */
import { instrumentLambda } from "@pushmeter/adapters/lambda/esm";
import { loadHandler } from "./load-handler.ts";
import { fromEnvironment } from "./pushmeter.ts";

const {
  LAMBDA_TASK_ROOT = process.cwd(),
  PUSHMETER_HANDLER = "index.handler",
  PUSHMETER_EVERY,
} = process.env;
const every = Number(PUSHMETER_EVERY) || undefined;
const own = await loadHandler(LAMBDA_TASK_ROOT, PUSHMETER_HANDLER);

export const handler = instrumentLambda(fromEnvironment(process.env), own, { every });
