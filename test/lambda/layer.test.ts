/** The layer, as `npm run layer` builds it, around a function that has no code for it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLayer } from "@pushmeter/layer/build";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import type { FunctionOptions } from "@pushmeter/testkit/lambda/function-options";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { node22 } from "@pushmeter/testkit/lambda/node-22";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const OWN = "faas_invoke_duration_seconds_count";
const PLATFORM = "aws_lambda_invocations_total";

describe.runIf(await hasRuntimeClient())("the layer", () => {
  let folder = "";
  let server: ReceiverServer;
  let lambda: LocalLambda | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pushmeter-layer-"));
    await buildLayer(join(folder, "opt"));
    await bundleLambda({ file: join(import.meta.dirname, "functions/any.ts") }, { folder });
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await ReceiverServer.start();
  });
  afterEach(async () => {
    await lambda?.stop();
    server.stop();
  });

  const start = (options: Partial<FunctionOptions> = {}) => {
    lambda = new LocalLambda({
      directory: folder,
      layer: join(folder, "opt"),
      timeout: 1_000,
      // A busy machine may need long to fill the memory.
      leniency: 2_500,
      memory: 300,
      initLimit: 60_000,
      env: {
        AWS_LAMBDA_EXEC_WRAPPER: join(folder, "opt/pushmeter"),
        PUSHMETER_REMOTE_WRITE_URL: server.writeUrl,
      },
      ...options,
    });
    return lambda;
  };
  const counted = (name: string, outcomes: readonly string[]) =>
    Object.fromEntries(outcomes.map((outcome) => [outcome, server.counted(name, { outcome })]));

  it("tells 200 invocations apart: errors, time-outs, exits and out of memory among them", async () => {
    const lambda = start();
    for (let i = 0; i < 200; i++) {
      const error = i % 13 === 5 ? "x" : undefined;
      const event =
        i === 40 || i === 140
          ? { wait: 60_000 }
          : i === 60 || i === 160
            ? { exit: true }
            : i === 100
              ? { memory: true }
              : { error };
      const { end } = await lambda.begin(event);
      await end;
    }
    await lambda.stop();
    const outcomes = ["success", "exception", "timeout", "exit", "out_of_memory"];
    expect(counted(PLATFORM, outcomes)).toEqual({
      success: 180,
      exception: 15,
      timeout: 2,
      exit: 2,
      out_of_memory: 1,
    });
    // The function's own process counts what it lives to see.
    expect(counted(OWN, outcomes)).toEqual({
      success: 180,
      exception: 15,
      timeout: 2,
      exit: 0,
      out_of_memory: 0,
    });
    expect(server.counted("aws_lambda_init_duration_seconds_count", { outcome: "success" })).toBe(6);
    expect(server.counted("aws_lambda_billed_duration_seconds_total")).toBeGreaterThan(2);
  });

  it("counts an init that failed", async () => {
    const broken = { file: join(import.meta.dirname, "functions/broken.ts") };
    await bundleLambda(broken, { folder: join(folder, "broken") });
    await expect(start({ directory: join(folder, "broken") }).invoke({})).rejects.toThrow("no configuration");
    const failed = () => server.counted("aws_lambda_init_duration_seconds_count", { outcome: "exception" });
    await expect.poll(failed).toBe(1);
  });

  it("finds a handler in a folder, in CommonJS, inside another export", async () => {
    const code = "export const api = { get: async () => 'found' };";
    const source = { code, from: import.meta.dirname };
    await bundleLambda(source, { folder: join(folder, "src"), format: "cjs" });
    const lambda = start({ handler: "src/index.api.get" });
    expect((await lambda.invoke({})).payload).toBe("found");
    await lambda.stop();
    expect([server.counted(OWN), server.counted(PLATFORM)]).toEqual([1, 1]);
  });

  it("names a handler that there is not, and the init counts as failed", async () => {
    const missing = start({ handler: "index.nothing" }).invoke({});
    await expect(missing).rejects.toThrow(/index\.mjs exports no function nothing/);
    const failed = () => server.counted("aws_lambda_init_duration_seconds_count", { outcome: "exception" });
    await expect.poll(failed).toBe(1);
  });

  it("runs on Node 22, too", async () => {
    const lambda = start({ node: await node22() });
    for (let i = 0; i < 3; i++) expect((await lambda.invoke({})).payload).toBe("done");
    await lambda.stop();
    expect([server.counted(OWN), server.counted(PLATFORM)]).toEqual([3, 3]);
  });
});
