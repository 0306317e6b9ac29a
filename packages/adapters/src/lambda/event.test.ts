import * as events from "@pushmeter/testkit/lambda/events";
import { describe, expect, it } from "vitest";
import { recognise } from "./event.ts";
import type { FaasSource } from "./source.ts";

describe("recognise", () => {
  it.each([
    ["REST API", events.restApi, "GET", "https", "/courses/{id}", 502, false],
    ["HTTP API", events.httpApi, "POST", "https", "/courses/{id}/enrolments", 500, true],
    ["HTTP API, payload 1.0, default route", events.httpApi1, "GET", "https", undefined, 502, false],
    ["function URL", events.functionUrl, "DELETE", "https", undefined, 502, true],
    ["load balancer", events.alb, "PUT", "http", undefined, 502, false],
    ["Lattice", events.lattice2, "PATCH", "https", undefined, 502, false],
    ["Lattice, version 1", events.lattice1, "HEAD", "https", undefined, 502, false],
    ["WebSocket connection", events.webSocketConnect, "GET", "https", "$connect", 500, true],
    ["WebSocket message", events.webSocketMessage, "GET", "https", "enrol", 500, true],
    ["WebSocket's end", events.webSocketDisconnect, "GET", "https", "$disconnect", 500, true],
  ])("%s", (_, event, method, scheme, route, failure, bare) => {
    expect(recognise(event)).toEqual({ kind: "http", method, scheme, route, failure, bare });
  });

  const from = (source: string, type?: string) => ({
    "faas.event_source": source,
    ...(type && { "cloudevents.event_type": type }),
  });
  const course = { ...from("appsync"), "graphql.type": "Query", "graphql.field": "course" };
  const queue = (system: string, name: string) => ({
    "messaging.system": system,
    "messaging.destination.name": name,
  });
  it.each([
    ["SQS", events.sqs, "pubsub", queue("aws_sqs", "enrolments"), 3],
    ["SNS", events.sns, "pubsub", queue("aws.sns", "published"), 1],
    ["Kinesis", events.kinesis, "pubsub", queue("aws_kinesis", "clicks"), 4],
    ["DynamoDB", events.dynamodb, "datasource", { "faas.document.collection": "courses" }, 2],
    ["S3", events.s3, "datasource", { "faas.document.collection": "certificates" }, 1],
    [
      "EventBridge",
      events.eventBridge,
      "pubsub",
      { "cloudevents.event_source": "courses.catalogue", "cloudevents.event_type": "Course Published" },
      undefined,
    ],
    ["scheduled rule", events.schedule, "timer", { "faas.schedule": "nightly" }, undefined],
    ["EventBridge Scheduler", events.scheduler, "timer", { "faas.schedule": "hourly" }, undefined],
    ["EventBridge Pipes", events.pipes, "pubsub", queue("aws_sqs", "enrolments"), 3],
    ["MSK", events.msk, "pubsub", queue("kafka", "clicks"), 2],
    ["Kafka", events.kafka, "pubsub", queue("kafka", "clicks"), 2],
    ["ActiveMQ", events.activeMq, "pubsub", queue("activemq", "enrolments"), 1],
    ["RabbitMQ", events.rabbitMq, "pubsub", queue("rabbitmq", "enrolments"), 1],
    ["Firehose", events.firehose, "pubsub", queue("aws.firehose", "clicks"), 2],
    ["CloudWatch Logs", events.logs, "pubsub", { "messaging.system": "aws.cloudwatch_logs" }, undefined],
    ["AppSync Events", events.appSyncChannel, "pubsub", queue("aws.appsync", "courses"), undefined],
    ["SES", events.ses, "pubsub", { "messaging.system": "aws.ses" }, 1],
    ["DocumentDB", events.documentDb, "datasource", { "faas.document.collection": "courses" }, 1],
    ["S3 Batch", events.s3Batch, "datasource", { "faas.document.collection": "certificates" }, 2],
    [
      "S3 Object Lambda",
      events.s3Object,
      "datasource",
      { "faas.document.collection": "certificates" },
      undefined,
    ],
    ["CodeCommit", events.codeCommit, "datasource", { "faas.document.collection": "courses" }, 1],
    [
      "authorizer",
      events.authorizer,
      "other",
      { ...from("authorizer"), "http.route": "/courses" },
      undefined,
    ],
    ["authorizer with a token", events.authorizerToken, "other", from("authorizer"), undefined],
    [
      "authorizer of an HTTP API",
      events.authorizer2,
      "other",
      { ...from("authorizer"), "http.route": "/courses/{id}" },
      undefined,
    ],
    ["Cognito", events.cognito, "other", from("cognito", "PreSignUp_SignUp"), undefined],
    ["AppSync", events.appSync, "other", course, undefined],
    ["AppSync batch", events.appSyncBatch, "other", course, undefined],
    ["Lambda@Edge", events.cloudFront, "other", from("cloudfront", "viewer-request"), undefined],
    ["CloudFormation", events.cloudFormation, "other", from("cloudformation", "Create"), undefined],
    ["Config", events.config, "other", from("config"), undefined],
    ["CodePipeline", events.codePipeline, "other", from("codepipeline"), undefined],
    ["Secrets Manager", events.secretsManager, "other", from("secretsmanager", "createSecret"), undefined],
    ["Lex", events.lex, "other", from("lex"), undefined],
    ["Connect", events.connect, "other", from("connect"), undefined],
    ["Alexa", events.alexa, "other", from("alexa"), undefined],
    ["Bedrock", events.bedrock, "other", from("bedrock"), undefined],
    [
      "durable execution",
      events.durable(events.schedule),
      "timer",
      { "faas.schedule": "nightly" },
      undefined,
    ],
    ["durable execution of anything", events.durable(events.restApi), "other", {}, undefined],
    ["direct invocation", { courses: 3 }, "other", {}, undefined],
  ])("%s", (_, event, trigger, attributes, size) => {
    const source = recognise(event) as FaasSource;
    expect(source).toMatchObject({ kind: "faas", trigger });
    expect(source.attributes).toEqual(attributes);
    expect(source.batch?.size).toBe(size);
  });

  it.each(events.garbage.map((event) => [event]))("takes %j for something", (event) => {
    expect(["http", "faas"]).toContain(recognise(event).kind);
  });
});

describe("a batch's failed records", () => {
  const failed = (event: object, ...identifiers: unknown[]) => {
    const batchItemFailures = identifiers.map((itemIdentifier) => ({ itemIdentifier }));
    return (recognise(event) as FaasSource).batch?.failed({ batchItemFailures });
  };

  it("are those that a queue's partial batch response names, each once", () => {
    expect(failed(events.sqs)).toBe(0);
    expect(failed(events.sqs, "b")).toBe(1);
    expect(failed(events.sqs, "b", "b", "c")).toBe(2);
  });

  it("are, in a stream, the first that is named and all after it", () => {
    expect(failed(events.kinesis, "3")).toBe(2);
    expect(failed(events.kinesis, "4", "2")).toBe(3);
    expect(failed(events.dynamodb, "111")).toBe(2);
  });

  it("are all of them when an identifier is empty or of no record", () => {
    for (const identifier of ["", null, undefined, 7, "x"]) {
      expect(failed(events.sqs, "a", identifier)).toBe(3);
      expect(failed(events.kinesis, identifier)).toBe(4);
    }
    expect((recognise(events.sqs) as FaasSource).batch?.failed({ batchItemFailures: [null] })).toBe(3);
  });

  it("are what a Firehose and an S3 job are told for each record", () => {
    const of = (event: object, result: unknown) => (recognise(event) as FaasSource).batch?.failed(result);
    const records = ["Ok", "ProcessingFailed", "Dropped"].map((result) => ({ result }));
    expect(of(events.firehose, { records })).toBe(1);
    const results = [{ taskId: "a", resultCode: "Succeeded" }];
    expect(of(events.s3Batch, { treatMissingKeysAs: "PermanentFailure", results })).toBe(1);
    expect(of(events.s3Batch, { treatMissingKeysAs: "Succeeded", results })).toBe(0);
  });

  it("are 0 when the handler reports no failure, or the trigger has no partial responses", () => {
    for (const result of [undefined, null, "x", 7, [], {}, { batchItemFailures: null }]) {
      expect((recognise(events.sqs) as FaasSource).batch?.failed(result)).toBe(0);
    }
    expect(failed(events.sns, "x")).toBe(0);
  });
});
