/** What the compiler promises to whoever writes a Lambda function. */
import { createPushmeter } from "@pushmeter/sdk";
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResultV2,
  Context,
  Handler,
  ScheduledHandler,
  SQSBatchResponse,
  SQSEvent,
  SQSHandler,
} from "aws-lambda";
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
import {
  instrumentLambda as instrumentCommonJs,
  instrumentLambda,
  type LambdaContext,
} from "../../src/lambda/index.ts";
import { same } from "../same.ts";

const pushmeter = createPushmeter({ service: "courses" });

// Parameters without types.
const plain = instrumentLambda(pushmeter, async (event, context) => {
  same<typeof event, unknown>();
  same<typeof context, LambdaContext>();
  return { statusCode: 200 };
});
plain satisfies Handler;

// The callbacks know the handler's event and result.
const queue = instrumentLambda(
  pushmeter,
  async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => ({
    batchItemFailures: event.Records.map(() => ({ itemIdentifier: context.awsRequestId })),
  }),
  {
    ignore: (event) => event.Records.length === 0,
    attributes: (event, result) => {
      same<typeof event, SQSEvent>();
      same<typeof result, SQSBatchResponse | undefined>();
      return { failures: result?.batchItemFailures.length };
    },
  },
);
queue satisfies SQSHandler;
same<typeof queue, (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>>();

// Handlers with the types of `@types/aws-lambda`.
const http: APIGatewayProxyHandlerV2 = async (event) => ({ statusCode: 200, body: event.rawPath });
const instrumented: APIGatewayProxyHandlerV2 = instrumentLambda(pushmeter, http, {
  route: (event) => event.routeKey,
  attributes: (event, result) => {
    same<typeof event, APIGatewayProxyEventV2>();
    same<typeof result, APIGatewayProxyResultV2 | undefined>();
    return {};
  },
});
void instrumented;

instrumentLambda(pushmeter, handle(new Hono()));
// A test may leave out what the handler does not use.
await instrumentLambda(pushmeter, (event: SQSEvent) => event.Records.length)({ Records: [] });
instrumentCommonJs(pushmeter, async (event: SQSEvent) => event.Records.length) satisfies Handler;

// @ts-expect-error There is no such option.
instrumentLambda(pushmeter, async () => {}, { evry: 5 });
// @ts-expect-error The event has no such field.
instrumentLambda(pushmeter, async (_event: SQSEvent) => {}, { route: (event) => event.path });
// @ts-expect-error Not a handler.
instrumentLambda(pushmeter, {});
instrumentLambda(pushmeter, async () => {}) satisfies ScheduledHandler;
