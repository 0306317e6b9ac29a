/** The local Lambda does what the service does to a function, as far as pushmeter depends on it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { afterEach, describe, expect, it } from "vitest";

interface Clocks {
  readonly wall: number;
  readonly monotonic: number;
  readonly hrtime: number;
  readonly fired: boolean;
}

describe.runIf(await hasRuntimeClient())("the local Lambda", () => {
  let lambda: LocalLambda | undefined;
  let directory = "";

  async function start(name: string): Promise<LocalLambda> {
    directory = await bundleLambda({ file: join(import.meta.dirname, `functions/${name}.ts`) });
    lambda = new LocalLambda({ directory, leniency: 2_000, initLimit: 60_000 });
    return lambda;
  }
  afterEach(async () => {
    await lambda?.stop();
    await rm(directory, { recursive: true });
  });

  it("freezes the monotonic clock and the timers, while the wall clock goes on", async () => {
    const lambda = await start("clocks");
    const clocks = async (event: object, idle?: number) => {
      const { result, end } = await lambda.begin(event, idle);
      await end;
      return (await result).payload as Clocks;
    };
    const before = await clocks({ timer: 500 });
    await sleep(1_000);
    const after = await clocks({}, 60_000);
    const wall = after.wall - before.wall;
    const monotonic = after.monotonic - before.monotonic;
    expect(wall).toBeGreaterThanOrEqual(61_000);
    // What remains is the time that the two invocations took.
    expect(wall - monotonic).toBeGreaterThanOrEqual(60_900);
    expect((after.hrtime - before.hrtime) / 1e6).toBeCloseTo(monotonic, -1);
    expect(after.fired).toBe(monotonic >= 500);
  });

  it("refuses what the service's own emulator refuses, with its status and error types", async () => {
    const lambda = await start("late");
    const { result, end } = await lambda.begin({});
    await end;
    expect((await result).payload).toEqual({
      shutdown: "403 Extension.InvalidEventType",
      nameless: "403 Extension.InvalidExtensionName",
      late: "403 Extension.RegistrationClosed",
    });
    const { extensions, freezes } = await lambda.environment();
    expect(extensions.size).toBe(0);
    expect(freezes).toBe(2);
  });
});
