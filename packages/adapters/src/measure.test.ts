import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { FakeRuntime, Receiver } from "@pushmeter/sdk/testing";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type MeasureOptions, measure } from "./measure.ts";

class Job {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly errors: unknown[] = [];
  readonly pushmeter = createPushmeter(
    {
      service: "enrolments",
      cardinalityLimit: 20,
      push: remoteWrite({ url: "http://receiver/api/v1/write", fetch: this.receiver.fetch }, this.runtime),
      onError: (error) => this.errors.push(error),
    },
    this.runtime,
  );

  /** Calls by name, trigger, subject and outcome. */
  async counted(): Promise<Record<string, number>> {
    await this.runtime.until(this.pushmeter.flush());
    const series = this.receiver.series("faas_invoke_duration_seconds_count");
    return Object.fromEntries(
      series.map(({ labels, samples }) => {
        const { code_function_name, faas_trigger, messaging_destination_name, outcome, error_type } = labels;
        const all = [code_function_name, faas_trigger, messaging_destination_name, outcome, error_type];
        return [all.filter(Boolean).join(" "), samples.at(-1)?.value ?? 0];
      }),
    );
  }
}

describe("measure", () => {
  it("counts calls by name, outcome and attributes, and their duration", async () => {
    const job = new Job();
    const handle = measure(
      job.pushmeter,
      "enrol",
      async (subject: string, isBad: boolean) => {
        await job.runtime.advance(250);
        if (isBad) throw new RangeError(subject);
        return subject.length;
      },
      { trigger: "pubsub", attributes: (subject) => ({ "messaging.destination.name": subject }) },
    );
    expect(await handle("courses.new", false)).toBe(11);
    expect(await handle("courses.new", false)).toBe(11);
    await expect(handle("courses.gone", true)).rejects.toThrow(new RangeError("courses.gone"));
    expect(await job.counted()).toEqual({
      "enrol pubsub courses.new success": 2,
      "enrol pubsub courses.gone exception RangeError": 1,
    });
    expect(job.receiver.total("faas_invoke_duration_seconds_sum")).toBeCloseTo(0.75);
  });

  it("keeps a synchronous function synchronous, with its this, its errors and its properties", async () => {
    const job = new Job();
    const error = new SyntaxError("no");
    function read(this: { prefix: string }, key: string): string {
      if (!key) throw error;
      return this.prefix + key;
    }
    read.version = 2;
    const measured = measure(job.pushmeter, "read", read);
    expectTypeOf(measured).toEqualTypeOf<typeof read>();
    expect(measured.call({ prefix: "a/" }, "b")).toBe("a/b");
    expect(() => measured.call({ prefix: "" }, "")).toThrow(error);
    expect([measured.name, measured.length, measured.version]).toEqual(["read", 1, 2]);
    expect(await job.counted()).toEqual({
      "read other success": 1,
      "read other exception SyntaxError": 1,
    });
  });

  it("keeps generic types and overloads", () => {
    const identity = measure(new Job().pushmeter, "identity", <T>(value: T): T => value);
    expectTypeOf(identity(1 as const)).toEqualTypeOf<1>();
    expect(identity("a")).toBe("a");
  });

  it("reports what attributes throws, and counts the call", async () => {
    const job = new Job();
    const error = new Error("no subject");
    const attributes = () => {
      throw error;
    };
    expect(measure(job.pushmeter, "run", () => 1, { attributes })()).toBe(1);
    expect(await job.counted()).toEqual({ "run other success": 1 });
    expect(job.errors).toEqual([error]);
  });

  it("is bounded: subjects beyond cardinalityLimit count together", async () => {
    const job = new Job();
    const handle = measure(job.pushmeter, "handle", (_: string) => {}, {
      trigger: "pubsub",
      attributes: (subject) => ({ "messaging.destination.name": subject }),
    });
    for (let i = 0; i < 100; i++) handle(`courses.${i}`);
    await job.counted();
    expect(job.receiver.series("faas_invoke_duration_seconds_count")).toHaveLength(20);
    expect(job.receiver.total("faas_invoke_duration_seconds_count")).toBe(100);
    const overflow = { otel_metric_overflow: "true" };
    expect(job.receiver.total("faas_invoke_duration_seconds_count", overflow)).toBe(81);
  });

  it("calls the function as it is when metrics are switched off", async () => {
    const job = new Job();
    await job.runtime.until(job.pushmeter.shutdown());
    expect(measure(job.pushmeter, "run", (n: number) => n + 1)(1)).toBe(2);
  });

  it.each<[string, unknown, unknown, MeasureOptions, RegExp]>([
    ["an empty name", "", () => {}, {}, /^pushmeter: measure name must be a string that is not empty/],
    ["no function", "run", 1, {}, /^pushmeter: measure fn must be a function, got 1$/],
    [
      "an unknown option",
      "run",
      () => {},
      { triger: "timer" } as MeasureOptions,
      /has no option triger, did you mean trigger\?/,
    ],
    [
      "a trigger",
      "run",
      () => {},
      { trigger: "cron" as "timer" },
      /^pushmeter: measure trigger must be "http" or /,
    ],
    [
      "attributes",
      "run",
      () => {},
      { attributes: "a" as never },
      /^pushmeter: measure attributes must be a function/,
    ],
  ])("refuses %s in one sentence", (_, name, fn, options, message) => {
    expect(() => measure(createPushmeter(), name as string, fn as () => void, options)).toThrow(message);
  });
});
