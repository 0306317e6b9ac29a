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
  ])("%s", (_, event, method, scheme, route, failure, bare) => {
    expect(recognise(event)).toEqual({ kind: "http", method, scheme, route, failure, bare });
  });

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
    ["authorizer", events.authorizer, "other", {}, undefined],
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

  it("are 0 when the handler reports no failure, or the trigger has no partial responses", () => {
    for (const result of [undefined, null, "x", 7, [], {}, { batchItemFailures: null }]) {
      expect((recognise(events.sqs) as FaasSource).batch?.failed(result)).toBe(0);
    }
    expect(failed(events.sns, "x")).toBe(0);
  });
});
