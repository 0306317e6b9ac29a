import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { app } from "./app.ts";
import { type QueueRecord, storeEnrolments } from "./enrolments.ts";
import { pushmeter } from "./metrics.ts";

type Event = LambdaEvent | { Records: readonly QueueRecord[] } | { source: "aws.events" };

const http = handle(app);

export const handler = instrumentLambda(pushmeter, async (event: Event, context: LambdaContext) => {
  if ("Records" in event) return storeEnrolments(event.Records);
  // A schedule deletes expired sessions here.
  if ("source" in event) return undefined;
  return http(event, context);
});
