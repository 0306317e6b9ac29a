/** What the compiler promises to the author of a Lambda function. */
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
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
import { instrumentLambda as instrumentEsm } from "../../src/lambda/esm.ts";
import { instrumentLambda, type LambdaContext } from "../../src/lambda/index.ts";
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
instrumentEsm(pushmeter, async (event: SQSEvent) => event.Records.length) satisfies Handler;

// @ts-expect-error There is no such option.
instrumentLambda(pushmeter, async () => {}, { evry: 5 });
// @ts-expect-error The event has no such field.
instrumentLambda(pushmeter, async (_event: SQSEvent) => {}, { route: (event) => event.path });
// @ts-expect-error Not a handler.
instrumentLambda(pushmeter, {});
instrumentLambda(pushmeter, async () => {}) satisfies ScheduledHandler;

// middy around the instrumented handler, and inside it.
const enrol = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => ({
  batchItemFailures: event.Records.map(() => ({ itemIdentifier: context.awsRequestId })),
});
middy(instrumentLambda(pushmeter, enrol)) satisfies SQSHandler;
const around = middy<SQSEvent, SQSBatchResponse>().handler(instrumentLambda(pushmeter, enrol));
around satisfies SQSHandler;
const inside = instrumentLambda(pushmeter, middy<SQSEvent, SQSBatchResponse>().handler(enrol));
inside satisfies SQSHandler;
same<Awaited<ReturnType<typeof inside>>, SQSBatchResponse>();

// Powertools as middy's middleware.
const logger = new Logger({ serviceName: "courses" });
instrumentLambda(pushmeter, middy(enrol).use(injectLambdaContext(logger))) satisfies SQSHandler;
middy(instrumentLambda(pushmeter, http)).use(injectLambdaContext(logger)) satisfies APIGatewayProxyHandlerV2;

// Handlers with a callback, as serverless-express and NestJS export them.
const express: Handler<APIGatewayProxyEventV2, APIGatewayProxyResultV2> = (_event, _context, callback) =>
  callback(null, { statusCode: 200 });
instrumentLambda(pushmeter, express) satisfies APIGatewayProxyHandlerV2;
