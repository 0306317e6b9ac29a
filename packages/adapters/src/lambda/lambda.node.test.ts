import type { Pushmeter } from "@pushmeter/sdk";
import * as events from "@pushmeter/testkit/lambda/events";
import { Hono } from "hono";
import { handle, type LambdaContext } from "hono/aws-lambda";
import { afterEach, describe, expect, it, vi } from "vitest";
import { pushmeterMiddleware } from "../hono.ts";
import { Recorded } from "../testing/recorded.ts";
import { instrumentLambda, type LambdaOptions } from "./index.ts";

const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 3_000 };

/** As the runtime calls it, which knows no types. */
function instrument(pushmeter: Pushmeter, handler: (...args: never[]) => unknown, options?: LambdaOptions) {
  return instrumentLambda(pushmeter, handler, options) as unknown as (...args: unknown[]) => Promise<unknown>;
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("instrumentLambda", () => {
  it("counts HTTP events by method, the gateway's route and status, and returns the handler's result", async () => {
    const recorded = new Recorded();
    const result = { statusCode: 404, body: "no" };
    const handler = instrument(recorded.pushmeter, async () => result);
    expect(await handler(events.restApi, context)).toBe(result);
    const answer = (result: unknown) => instrument(recorded.pushmeter, async () => result);
    await answer({ hello: "world" })(events.httpApi, context);
    await answer({ statusCode: "201" })(events.alb, context);
    await answer({ statusCode: 500 })(events.functionUrl, context);
    await answer(undefined)(events.lattice2, context);

    expect(await recorded.http()).toEqual([
      "DELETE - 500 server_error 500 = 1",
      "GET /courses/{id} 404 client_error = 1",
      "PATCH - 502 exception TypeError = 1",
      "POST /courses/{id}/enrolments 200 success = 1",
      "PUT - 201 success = 1",
    ]);
  });

  it("rethrows the same error object and counts the status that the gateway makes of it", async () => {
    const recorded = new Recorded();
    const error = new RangeError("x");
    const handler = instrument(recorded.pushmeter, async () => {
      throw error;
    });
    await expect(handler(events.restApi, context)).rejects.toBe(error);
    await expect(handler(events.httpApi, context)).rejects.toBe(error);
    await expect(handler(events.schedule, context)).rejects.toBe(error);
    expect(await recorded.http()).toEqual([
      "GET /courses/{id} 502 exception RangeError = 1",
      "POST /courses/{id}/enrolments 500 exception RangeError = 1",
    ]);
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [
        { faas_trigger: "timer", faas_schedule: "nightly", outcome: "exception", error_type: "RangeError" },
        1,
      ],
    ]);
  });

  it("counts the records of batches by their outcome, and a batch of which all failed as a failure", async () => {
    const recorded = new Recorded();
    const run = (batchItemFailures: object[]) =>
      instrument(recorded.pushmeter, async () => ({ batchItemFailures }))(events.sqs, context);
    await run([]);
    await run([{ itemIdentifier: "b" }]);
    await run([{ itemIdentifier: "" }]);
    const throws = instrument(recorded.pushmeter, async () => {
      throw new Error("x");
    });
    await expect(throws(events.sqs, context)).rejects.toThrow("x");

    const queue = {
      faas_trigger: "pubsub",
      messaging_system: "aws_sqs",
      messaging_destination_name: "enrolments",
    };
    expect(await recorded.series("faas_records_total")).toEqual([
      [{ ...queue, outcome: "success" }, 5],
      [{ ...queue, outcome: "exception" }, 7],
    ]);
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [{ ...queue, outcome: "success" }, 2],
      [{ ...queue, outcome: "exception", error_type: "BatchItemFailures" }, 1],
      [{ ...queue, outcome: "exception", error_type: "Error" }, 1],
    ]);
  });

  it("counts a durable execution once, when it ends", async () => {
    const recorded = new Recorded();
    const run = (result: object) =>
      instrument(recorded.pushmeter, async () => result)(events.durable(events.schedule), context);
    for (const Status of ["PENDING", "PENDING", "SUCCEEDED", "PENDING"]) await run({ Status });
    await run({ Status: "FAILED", Error: { ErrorType: "NoCourse", ErrorMessage: "x" } });
    const schedule = { faas_trigger: "timer", faas_schedule: "nightly" };
    expect(await recorded.series("faas_invoke_duration_seconds_count")).toEqual([
      [{ ...schedule, outcome: "success" }, 1],
      [{ ...schedule, outcome: "exception", error_type: "NoCourse" }, 1],
    ]);
  });

  it("returns what the handler returns for garbage, as an event, a context and a result", async () => {
    const recorded = new Recorded();
    for (const garbage of events.garbage) {
      const handler = instrument(recorded.pushmeter, async (event: unknown) => event);
      expect(await handler(garbage, garbage)).toBe(garbage);
      for (const event of [events.restApi, events.sqs]) {
        const other = instrument(recorded.pushmeter, async () => garbage);
        expect(await other(event, {})).toBe(garbage);
      }
    }
    expect(recorded.errors).toEqual([]);
    await recorded.pushmeter.flush();
    const { receiver } = recorded;
    const counted =
      receiver.total("faas_invoke_duration_seconds_count") +
      receiver.total("http_server_request_duration_seconds_count");
    expect(counted).toBe(3 * events.garbage.length);
  });

  it("lets no event, context or result that throws when it is read disturb the handler", async () => {
    const recorded = new Recorded();
    const trap = new Proxy({} as Record<string, unknown>, {
      get(_, name) {
        // A promise is asked for its `then` before it is anything else.
        if (name === "then") return undefined;
        throw new Error(`${String(name)} was read`);
      },
    });
    const throwing = {
      getRemainingTimeInMillis: () => {
        throw new Error("no time");
      },
    };
    for (const [event, context] of [
      [trap, throwing],
      [events.restApi, throwing],
      [events.sqs, { getRemainingTimeInMillis: () => Number.NaN }],
    ]) {
      const handler = instrument(recorded.pushmeter, async () => trap);
      expect(await handler(event, context)).toBe(trap);
    }
    const symbol = { statusCode: Symbol("x") };
    const handler = instrument(recorded.pushmeter, async () => symbol);
    expect(await handler(events.restApi, context)).toBe(symbol);
    expect(await recorded.http()).toContain("GET /courses/{id} 502 exception TypeError = 1");
  });

  it("counts a cold start and an init duration once, and sends the function's resource", async () => {
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "courses-prod");
    vi.stubEnv("AWS_LAMBDA_FUNCTION_VERSION", "7");
    vi.stubEnv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
    vi.stubEnv("AWS_REGION", "eu-central-1");
    const recorded = new Recorded({ resource: { "faas.version": "blue" } });
    const handler = instrument(recorded.pushmeter, async () => {});
    for (let i = 0; i < 3; i++) await handler(events.schedule, context);
    expect(await recorded.series("faas_coldstarts_total")).toEqual([[{ faas_trigger: "timer" }, 1]]);
    expect(await recorded.series("faas_init_duration_seconds_count")).toEqual([
      [{ faas_trigger: "timer" }, 1],
    ]);
    expect(recorded.receiver.series("target_info")[0]?.labels).toMatchObject({
      cloud_provider: "aws",
      cloud_platform: "aws_lambda",
      cloud_region: "eu-central-1",
      faas_name: "courses-prod",
      faas_version: "blue",
      service_version: "7",
      faas_max_memory: "268435456",
    });
  });

  it("records a function whose time is up as a timeout, once, and pushes before it is killed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const recorded = new Recorded();
    const handled = Promise.withResolvers<void>();
    const handler = instrument(recorded.pushmeter, () => handled.promise);
    let left = 3_000;
    const result = handler(events.sqs, { awsRequestId: "1", getRemainingTimeInMillis: () => left });
    await vi.advanceTimersByTimeAsync(2_400);
    expect(recorded.receiver.accepted).toBe(0);
    left = 500;
    await vi.advanceTimersByTimeAsync(100);
    vi.useRealTimers();
    await vi.waitFor(() => expect(recorded.receiver.accepted).toBe(1));
    const timeouts = { outcome: "timeout", error_type: "TimeoutError" };
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count", timeouts)).toBe(1);
    expect(recorded.receiver.total("faas_records_total", { outcome: "timeout" })).toBe(3);
    handled.resolve();
    await result;
    await recorded.pushmeter.flush();
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count")).toBe(1);
  });

  it("pushes every so many milliseconds when asked to", async () => {
    const recorded = new Recorded();
    const clock = vi.spyOn(performance, "now");
    const handler = instrument(recorded.pushmeter, async () => {}, { every: 60_000 });
    clock.mockReturnValue(1_000_000);
    for (let i = 0; i < 5; i++) await handler(events.schedule, context);
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count")).toBe(1);
    clock.mockReturnValue(1_060_000);
    await handler(events.schedule, context);
    clock.mockRestore();
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count")).toBe(6);
    expect(recorded.receiver.accepted).toBe(2);
  });

  it("takes route, ignore and attributes, and reports what they throw", async () => {
    const recorded = new Recorded();
    const handler = instrument(recorded.pushmeter, async () => ({ statusCode: 200 }), {
      route: (event: unknown) => (event as { rawPath: string }).rawPath.replace(/\d+/, ":id"),
      ignore: (event: unknown) => event === events.functionUrl,
      attributes: (_: unknown, result: unknown) => ({
        tier: `${(result as { statusCode: number }).statusCode}`,
      }),
    });
    await handler(events.httpApi, context);
    await handler(events.functionUrl, context);
    await handler(events.restApi, context);
    expect(await recorded.http()).toEqual([
      "GET /courses/{id} 200 success = 1",
      "POST /prod/courses/:id/enrolments 200 success = 1",
    ]);
    expect(recorded.errors).toHaveLength(1);
    const [series] = await recorded.series("http_server_request_duration_seconds_count");
    expect(series?.[0].tier).toBe("200");
  });

  it("keeps a streaming handler streaming, with the status of its prelude", async () => {
    const recorded = new Recorded();
    const marks = {
      [Symbol.for("aws.lambda.runtime.handler.streaming")]: "response",
      [Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark")]: 1024,
    };
    const chunks: unknown[] = [];
    const stream: Record<string, unknown> = { write: (chunk: unknown) => chunks.push(chunk) };
    const streaming = Object.assign(async (event: unknown, out: typeof stream, ctx: unknown) => {
      expect([event, ctx]).toEqual([events.functionUrl, context]);
      // As AWS's HttpResponseStream.from does.
      out._onBeforeFirstWrite = (write: (chunk: unknown) => void) => {
        write(JSON.stringify({ statusCode: 418 }));
        write(new Uint8Array(8));
      };
      (out.write as (chunk: string) => void)("hello");
    }, marks);
    const handler = instrument(recorded.pushmeter, streaming);
    expect(handler).toMatchObject(marks);
    await handler(events.functionUrl, stream, context);
    expect(chunks).toEqual(["hello"]);
    expect(await recorded.http()).toEqual(["DELETE - 418 client_error = 1"]);
  });

  it("counts a stream that breaks with the status that was sent, and as a failure", async () => {
    const recorded = new Recorded();
    const marks = { [Symbol.for("aws.lambda.runtime.handler.streaming")]: "response" };
    const prelude = (write: (chunk: unknown) => void) => write(JSON.stringify({ statusCode: 201 }));
    const run = (chunks: readonly string[]) => {
      const streaming = async (_event: unknown, out: { write(chunk: string): void }, _context: unknown) => {
        for (const chunk of chunks) out.write(chunk);
        throw new RangeError("x");
      };
      const stream = { write: () => true, _onBeforeFirstWrite: prelude };
      const handler = instrument(recorded.pushmeter, Object.assign(streaming, marks));
      return expect(handler(events.functionUrl, stream, context)).rejects.toThrow("x");
    };
    await run(["hello"]);
    await run([]);
    expect(await recorded.http()).toEqual([
      "DELETE - 201 exception RangeError = 1",
      "DELETE - 502 exception RangeError = 1",
    ]);
  });

  it("counts a Hono app on Lambda once, with Hono's route and error class", async () => {
    const recorded = new Recorded();
    const app = new Hono();
    app.onError((_, c) => c.text("broken", 500));
    app.use(pushmeterMiddleware(recorded.pushmeter));
    app.get("/courses/:id", (c) => c.text("one"));
    app.delete("/wp-login.php", () => {
      throw new RangeError("x");
    });
    const handler = instrument(recorded.pushmeter, handle(app));
    const hono = context as never as LambdaContext;
    expect(await handler(events.restApi as never, hono)).toMatchObject({ statusCode: 200, body: "one" });
    await handler(events.functionUrl as never, hono);
    await handler(events.alb as never, hono);
    expect(await recorded.http()).toEqual([
      "DELETE /wp-login.php 500 exception RangeError = 1",
      "GET /courses/:id 200 success = 1",
      "PUT - 404 client_error = 1",
    ]);
  });

  it("counts once when it is wrapped twice", async () => {
    const recorded = new Recorded();
    const inner = instrument(recorded.pushmeter, async () => ({ statusCode: 200 }));
    await instrument(recorded.pushmeter, inner)(events.restApi, context);
    expect(await recorded.http()).toEqual(["GET /courses/{id} 200 success = 1"]);
  });

  it("takes a handler with a callback where the runtime has callbacks, up to Node 22", async () => {
    vi.spyOn(process, "versions", "get").mockReturnValue({ ...process.versions, node: "22.23.3" });
    const recorded = new Recorded();
    type Callback = (error?: unknown, result?: unknown) => void;
    const express = (event: unknown, _context: unknown, callback: Callback) => {
      setImmediate(callback, event === events.alb ? new RangeError("x") : null, { statusCode: 201 });
    };
    const handler = instrument(recorded.pushmeter, express);
    expect(handler.length).toBe(2);
    expect(await handler(events.restApi, context)).toEqual({ statusCode: 201 });
    await expect(handler(events.alb, context)).rejects.toThrow("x");
    // NestJS's: asynchronous, with a callback that is not used.
    const nest = async (_event: unknown, _context: unknown, _callback: Callback) => ({ statusCode: 202 });
    expect(await instrument(recorded.pushmeter, nest)(events.httpApi, context)).toEqual({ statusCode: 202 });
    expect(await recorded.http()).toEqual([
      "GET /courses/{id} 201 success = 1",
      "POST /courses/{id}/enrolments 202 success = 1",
      "PUT - 502 exception RangeError = 1",
    ]);
    vi.restoreAllMocks();
  });

  it.each([
    ["on-demand", 1, 1],
    ["provisioned-concurrency", 0, 1],
    // The process is older than the environment: it began when the version was published.
    ["snap-start", 1, 0],
    ["lambda-managed-instances", 0, 1],
  ])(
    "of an environment that began as %s counts %i cold starts and %i init durations",
    async (type, starts, inits) => {
      vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "courses-prod");
      vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", type);
      if (type === "lambda-managed-instances") vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "10");
      const recorded = new Recorded();
      const handler = instrument(recorded.pushmeter, async () => {});
      for (let i = 0; i < 3; i++) await handler(events.schedule, context);
      await recorded.pushmeter.flush();
      const { receiver } = recorded;
      expect(receiver.total("faas_coldstarts_total")).toBe(starts);
      expect(receiver.total("faas_init_duration_seconds_count")).toBe(inits);
      expect(receiver.total("faas_invoke_duration_seconds_count")).toBe(3);
      expect(receiver.series("target_info")[0]?.labels.aws_lambda_initialization_type).toBe(type);
    },
  );

  it("refuses handlers with callbacks, other values and unusable options at start", () => {
    const { pushmeter } = new Recorded();
    const refused = (handler: unknown, options?: object) => () =>
      instrumentLambda(pushmeter, handler as never, options);
    expect(refused((_event: unknown, _context: unknown, _callback: unknown) => {})).toThrow(
      /needs a handler with \(event, context\).*3 parameters.*no callbacks since version 24/,
    );
    expect(refused(undefined)).toThrow(/instrumentLambda handler must be a function, got undefined/);
    const handler = async () => {};
    expect(refused(handler, { evry: 1 })).toThrow(
      /no option evry, did you mean every\? Accepted: route, ignore/,
    );
    expect(refused(handler, { every: -1 })).toThrow(/every must be a number of milliseconds.*got -1/);
    expect(refused(handler, { route: "/x" })).toThrow(
      /route must be a function, got a string of 2 characters/,
    );
  });
});
