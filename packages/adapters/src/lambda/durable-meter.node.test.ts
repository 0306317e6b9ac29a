/** A durable function of AWS's own SDK, on its own local runner: it suspends, retries and replays as the service does. */
import { type DurableContext, withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { PushError } from "@pushmeter/sdk";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Recorded } from "../testing/recorded.ts";
import { durableMeter, instrumentLambda } from "./index.ts";

const refused = { outcome: "exception", error_type: "RangeError" };

describe("a durable function", () => {
  beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
  afterAll(() => vi.unstubAllEnvs());
  afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

  it("is counted by execution and by attempt of a step, each once, however often it is replayed", async () => {
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "enrol");
    const recorded = new Recorded();
    const runs: string[] = [];
    const run = (name: string) => void runs.push(name);
    const enrol = async (event: { fails?: boolean }, context: DurableContext) => {
      run("handler");
      await context.step("find course", async () => run("find"));
      await context.wait({ seconds: 3_600 });
      await context.step(
        "charge",
        async () => {
          run("charge");
          if (runs.filter((one) => one === "charge").length % 3) throw new RangeError("card refused");
        },
        { retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < 5, delay: { seconds: 60 } }) },
      );
      await context.runInChildContext("inform", async (child) => {
        await child.step("mail", async () => run("mail"));
        await child.wait({ seconds: 60 });
      });
      if (event.fails) throw new TypeError("no such course");
      return "enrolled";
    };
    const execution = withDurableExecution(enrol, { plugins: [durableMeter(recorded.pushmeter)] });
    // The runner skips time: with timers that wait for a time-out or a push, these would be over at once.
    const handler = instrumentLambda(recorded.pushmeter, execution, { every: 86_400_000 });
    const handlerFunction: typeof execution = (event, context) =>
      handler(event, { ...context, getRemainingTimeInMillis: () => Infinity });
    const statuses: string[] = [];
    for (const payload of [{}, { fails: true }, {}]) {
      const runner = new LocalDurableTestRunner({ handlerFunction });
      statuses.push(`${(await runner.run({ payload })).getStatus()}`);
    }
    expect(statuses).toEqual(["SUCCEEDED", "FAILED", "SUCCEEDED"]);
    // The runner skips a push's time-out too, if the push is not quick enough: the next one makes good for it.
    let isPushed = false;
    for (let i = 0; i < 20 && !isPushed; i++) isPushed = await recorded.pushmeter.flush();
    expect(isPushed).toBe(true);
    // The code ran again in every invocation, its steps did not.
    expect(runs.filter((one) => one === "handler").length).toBeGreaterThan(statuses.length);
    const steps = await recorded.series("pushmeter_workflow_step_duration_seconds_count");
    const name = { workflow_name: "enrol" };
    expect(steps).toEqual([
      [{ ...name, workflow_step: "find course", workflow_retry: "false", outcome: "success" }, 3],
      [{ ...name, workflow_step: "charge", workflow_retry: "false", ...refused }, 3],
      [{ ...name, workflow_step: "charge", workflow_retry: "true", ...refused }, 3],
      [{ ...name, workflow_step: "charge", workflow_retry: "true", outcome: "success" }, 3],
      [{ ...name, workflow_step: "mail", workflow_retry: "false", outcome: "success" }, 3],
    ]);
    const failed = { outcome: "exception", error_type: "TypeError" };
    for (const [metric, labels] of [
      ["faas_invoke_duration_seconds", { faas_trigger: "other" }],
      ["pushmeter_workflow_duration_seconds", name],
    ] as const) {
      expect(await recorded.series(`${metric}_count`)).toEqual([
        [{ ...labels, outcome: "success" }, 2],
        [{ ...labels, ...failed }, 1],
      ]);
    }
    // An hour's pause in each.
    const [[, seconds = 0] = []] = await recorded.series("pushmeter_workflow_duration_seconds_sum");
    expect(seconds).toBeGreaterThan(2 * 3_600);
    expect(recorded.errors.filter((error) => !(error instanceof PushError))).toEqual([]);
  });
});
