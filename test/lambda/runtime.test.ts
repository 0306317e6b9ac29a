/** Under AWS's own runtime interface client, frozen between invocations as the service does it. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import type { Result } from "@pushmeter/testkit/lambda/environment";
import type { FunctionOptions } from "@pushmeter/testkit/lambda/function-options";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const INVOCATIONS = 40;
/** How late a busy machine may be, ms. */
const LENIENCY = 2_000;
const COUNT = "faas_invoke_duration_seconds_count";

describe.runIf(await hasRuntimeClient())("a Lambda that is frozen between invocations", () => {
  const folders: Record<string, string> = {};
  let server: ReceiverServer;
  let lambda: LocalLambda | undefined;

  beforeAll(async () => {
    folders.probe = await bundleLambda({ file: join(import.meta.dirname, "functions/probe.ts") });
  }, 60_000);
  afterAll(() => Promise.all(Object.values(folders).map((folder) => rm(folder, { recursive: true }))));

  beforeEach(async () => {
    server = await ReceiverServer.start();
  });
  afterEach(async () => {
    await lambda?.stop();
    server.stop();
  });

  function start(options: Partial<FunctionOptions> = {}): LocalLambda {
    const { directory = folders.probe ?? "", env, ...rest } = options;
    lambda = new LocalLambda({
      directory,
      env: { REMOTE_WRITE_URL: server.writeUrl, ...env },
      timeout: 2_500,
      leniency: LENIENCY,
      initLimit: 60_000,
      ...rest,
    });
    return lambda;
  }

  const received = (labels?: Record<string, string>) => server.counted(COUNT, labels);

  /** Invokes, and waits until all is frozen again. */
  async function invoke(lambda: LocalLambda, event: unknown): Promise<Result> {
    const { result, end } = await lambda.begin(event);
    await end;
    return result;
  }

  /** Successes, errors and one function whose time is up. */
  async function mixed(lambda: LocalLambda): Promise<Record<string, number>> {
    const ends: Record<string, number> = { response: 0, error: 0, timeout: 0 };
    for (let i = 0; i < INVOCATIONS; i++) {
      const event = i === 20 ? { wait: 60_000 } : i % 10 === 3 ? { error: "x" } : { wait: 5 };
      const { outcome } = await invoke(lambda, event);
      ends[outcome] = (ends[outcome] ?? 0) + 1;
    }
    await invoke(lambda, {});
    return ends;
  }

  it("delivers the push of every invocation after its response, errors and time-outs among them", async () => {
    server.delay = 50;
    const lambda = start();
    expect(await mixed(lambda)).toEqual({ response: 35, error: 4, timeout: 1 });
    await lambda.stop();
    expect(received({ outcome: "success" })).toBe(36);
    expect(received({ outcome: "exception", error_type: "RangeError" })).toBe(4);
    expect(received({ outcome: "timeout" })).toBe(1);
    // A push is repeated if its answer comes late on a busy machine.
    expect(server.receiver.accepted).toBeGreaterThan(INVOCATIONS);
    // The killed environment and the one after it.
    expect(lambda.environments).toBe(2);
    expect(server.counted("faas_coldstarts_total")).toBe(2);
  });

  it("delivers them without an extension too, by having the handler wait", async () => {
    server.delay = 50;
    const lambda = start({ refuseExtensions: true });
    expect(await mixed(lambda)).toEqual({ response: 35, error: 4, timeout: 1 });
    expect((await lambda.environment()).extensions.size).toBe(0);
    expect(received()).toBe(INVOCATIONS + 1);
    expect(server.receiver.accepted).toBeGreaterThan(INVOCATIONS);
  });

  it("answers before the push with an extension, and after it without", async () => {
    const timeout = 20_000;
    // Pushes are held until the handler's answer is there: if the answer waited for the push, it would time out.
    const release = server.hold();
    const extended = await start({ timeout }).begin({});
    expect((await extended.result).outcome).toBe("response");
    expect(server.receiver.accepted).toBe(0);
    release();
    await extended.end;
    expect(server.receiver.accepted).toBe(1);
    await lambda?.stop();

    const { accepted } = server.receiver;
    const waiting = await start({ timeout, refuseExtensions: true }).begin({});
    expect((await waiting.result).outcome).toBe("response");
    expect(server.receiver.accepted).toBe(accepted + 1);
    await waiting.end;
  });

  it("never lets a receiver that hangs use up the function's time; the totals arrive with the next push", async () => {
    const lambda = start({ timeout: 1_000 });
    server.delay = Infinity;
    for (let i = 0; i < 2; i++) {
      const { outcome } = await invoke(lambda, {});
      expect(outcome).toBe("response");
    }
    server.delay = 0;
    // The second failure in a row has made pushes pause for a second.
    const pushed = async () => {
      await invoke(lambda, {});
      return received();
    };
    await expect.poll(pushed).toBeGreaterThanOrEqual(3);
    expect(lambda.environments).toBe(1);
  });

  it("keeps its interval though the monotonic clock stands still: 12 of 12, at a call per 2 s", async () => {
    const lambda = start({ env: { EVERY: "5000" } });
    for (let call = 1; call <= 12; call++) {
      const { end } = await lambda.begin({}, 2_000);
      await end;
      // A push carries all that came before. The next is due 5 s later: with the third call.
      expect(received()).toBeGreaterThanOrEqual(call - 2);
    }
    await lambda.stop();
    expect(received()).toBe(12);
  });

  it("recovers from an outage at the second call after it, though the monotonic clock stands still", async () => {
    const lambda = start();
    server.isDown = true;
    for (let call = 1; call <= 6; call++) await (await lambda.begin({}, 2_000)).end;
    server.isDown = false;
    for (let call = 7; call <= 8; call++) await (await lambda.begin({}, 2_000)).end;
    expect(received()).toBe(8);
    expect(lambda.environments).toBe(1);
  });

  it("delivers with the last push what 25 calls of an outage have left, and ends its series", async () => {
    const lambda = start();
    server.isDown = true;
    for (let call = 0; call < 25; call++) await invoke(lambda, {});
    expect(received()).toBe(0);
    server.isDown = false;
    await lambda.stop();
    expect(received()).toBe(25);
    const counts = server.receiver.series(COUNT);
    expect(counts.map(({ samples }) => samples.at(-1)?.stale)).toEqual([true]);
  });

  it("counts responses near the limit as what they are: nine of nine in time are successes", async () => {
    for (const [timeout, wait, calls] of [
      [1_000, 600, 6],
      [3_000, 2_600, 3],
    ] as const) {
      const lambda = start({ timeout });
      for (let call = 0; call < calls; call++) {
        expect((await invoke(lambda, { wait })).outcome).toBe("response");
      }
      expect(lambda.environments).toBe(1);
      await lambda.stop();
    }
    expect(received({ outcome: "success" })).toBe(9);
    expect(received({ outcome: "timeout" })).toBe(0);
  });

  it("pushes what is left when the environment ends", async () => {
    const lambda = start({ env: { EVERY: "600000" } });
    for (let i = 0; i < 5; i++) await invoke(lambda, {});
    expect(received()).toBe(1);
    await lambda.stop();
    expect(received()).toBe(5);
    // The first push, the last one, and the stale markers.
    expect(server.receiver.accepted).toBe(3);
  });

  it("keeps a streaming handler streaming", async () => {
    const lambda = start({ handler: "index.streaming" });
    expect(await invoke(lambda, { wait: 10 })).toMatchObject({ outcome: "response", payload: "one two" });
    await invoke(lambda, {});
    expect(received({ outcome: "success" })).toBe(2);
  });

  it("pushes on an interval on Managed Instances, each thread as a separate instance", async () => {
    const lambda = start({ concurrency: 2 });
    const events = Array.from({ length: 8 }, () => ({ wait: 20 }));
    const begun: Promise<Result>[] = [];
    const environment = await lambda.environment();
    for (const event of events) begun.push(environment.invoke(event).result);
    for (const result of await Promise.all(begun)) expect(result.payload).toBe("done");
    expect(environment.freezes).toBe(0);
    await expect.poll(() => received(), { interval: 100 }).toBe(8);
    const instances = new Set(server.receiver.series(COUNT).map(({ labels }) => labels.instance));
    for (const instance of instances) expect(instance).toMatch(/-\d+$/);
    expect(environment.extensions.refused).toEqual([]);
  });

  it("ends an invocation that never reaches the wrapper", async () => {
    const lambda = start({ handler: "index.guarded" });
    for (const warm of [true, false, true, false])
      expect((await invoke(lambda, { warm })).outcome).toBe("response");
    expect(lambda.environments).toBe(1);
    expect(received()).toBe(2);
  });
});
