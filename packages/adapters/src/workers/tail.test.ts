import { testMeter } from "@pushmeter/sdk/testing";
import { describe, expect, it } from "vitest";
import { Recorded, WaitUntil } from "../testing/recorded.ts";
import { PUBLISHED_ITEMS, PUBLISHED_STREAMS } from "../testing/tail-fixtures.ts";
import { tailMeter } from "../workers.ts";

/** As the platform hands them over: fields that occur in production, of events that do not occur locally. */
const request = { request: { method: "GET", url: "https://courses.example/" } };
const item = (outcome: string, event: object | null = request, more: object = {}) => ({
  scriptName: "courses",
  outcome,
  event,
  cpuTime: 12,
  wallTime: 250,
  exceptions: [],
  ...more,
});
const RECORDED = [
  item("ok", { ...request, response: { status: 200 } }),
  item("ok", { ...request, response: { status: 500 } }),
  item("ok", { rpcMethod: "title" }, { entrypoint: "Catalogue" }),
  item("ok", { scheduledTime: new Date(0) }, { entrypoint: "Room" }),
  item("ok", { getWebSocketEvent: { webSocketEventType: "message" } }, { entrypoint: "Room" }),
  item("ok", { queue: "jobs", batchSize: 10 }),
  item("ok", { cron: "0 3 * * *", scheduledTime: 0 }),
  item("ok", { mailFrom: "a@b.example", rcptTo: "c@d.example", rawSize: 10 }),
  item("exceededCpu", request, {
    cpuTime: 30_000,
    exceptions: [{ name: "Error", message: "Worker exceeded CPU time limit.", timestamp: 0 }],
  }),
  item("exceededMemory", request, { exceptions: [{ name: "Error", message: "", timestamp: 0 }] }),
  item("canceled"),
  item("responseStreamDisconnected", { ...request, response: { status: 200 } }),
  item("exception", null, { exceptions: [{ name: "not a class's name", message: "", timestamp: 0 }] }),
  item("anOutcomeOfTomorrow"),
  item("ok", { ...request, response: { status: 404 } }, { scriptName: "users" }),
];

async function rowsOf(recorded: Recorded, metric: string): Promise<string[]> {
  return recorded.receiver.series(`${metric}_seconds_count`).map(({ labels, samples }) => {
    const { instance: _, __name__: __, ...rest } = labels;
    const row = Object.keys(rest)
      .sort((a, b) => Number(b === "job") - Number(a === "job"))
      .map((name) => rest[name]);
    return `${row.join(" ")} = ${samples.at(-1)?.value}`;
  });
}

describe("tailMeter", () => {
  it("counts recorded events by script, trigger and outcome", async () => {
    const recorded = new Recorded({ flush: "invocation" });
    const ctx = new WaitUntil();
    tailMeter(recorded.pushmeter).tail(RECORDED, {} as never, ctx);
    await Promise.all(ctx.promises);
    expect((await rowsOf(recorded, "faas_invoke_duration")).sort()).toEqual([
      "courses 0 3 * * * timer success = 1",
      "courses 500 http 500 server_error = 1",
      "courses Catalogue other success = 1",
      "courses Error http exceededCpu = 1",
      "courses Error http exceededMemory = 1",
      "courses Room other success = 1",
      "courses Room timer success = 1",
      "courses _OTHER other exception = 1",
      "courses canceled http canceled = 1",
      "courses http 200 success = 1",
      "courses other success = 1",
      "courses pubsub jobs success = 1",
      "courses responseStreamDisconnected http 200 responseStreamDisconnected = 1",
      "courses unknown http unknown = 1",
      "users http 404 client_error = 1",
    ]);
    expect(recorded.receiver.total("faas_cpu_time_seconds_sum", { outcome: "exceededCpu" })).toBe(30);
    expect(recorded.receiver.total("faas_invoke_duration_seconds_sum", { job: "users" })).toBe(0.25);
    expect(recorded.receiver.total("faas_coldstarts_total")).toBe(0);
    expect(recorded.errors).toEqual([]);
  });

  it("counts streamed events as whole ones", async () => {
    const recorded = new Recorded({ flush: "invocation" });
    const ctx = new WaitUntil();
    const meter = tailMeter(recorded.pushmeter);
    const send = (info: object, ...events: { readonly type: string }[]) => {
      const onset = { event: { type: "onset", scriptName: "courses", info } };
      const handler = meter.tailStream(onset, {} as never, ctx);
      for (const event of events) handler({ event });
    };
    const outcome = (outcome: string) => ({ type: "outcome", outcome, cpuTime: 1, wallTime: 2 });
    send(
      { type: "fetch" },
      { type: "return", info: { type: "fetch", statusCode: 503 } } as never,
      outcome("ok"),
    );
    send(
      { type: "queue", queueName: "jobs" },
      { type: "exception", name: "TypeError" } as never,
      outcome("exception"),
    );
    send({ type: "fetch" }, { type: "log" }, outcome("exceededCpu"));
    send({ type: "scheduled", cron: "0 3 * * *" }, outcome("ok"));
    await Promise.all(ctx.promises);
    expect((await rowsOf(recorded, "faas_invoke_duration")).sort()).toEqual([
      "courses 0 3 * * * timer success = 1",
      "courses 503 http 503 server_error = 1",
      "courses TypeError pubsub jobs exception = 1",
      "courses exceededCpu http exceededCpu = 1",
    ]);
  });

  it("is read by testMeter, all scripts together, and then pushes nothing", async () => {
    const recorded = new Recorded({ flush: "invocation" });
    const meter = testMeter(recorded.pushmeter);
    const ctx = new WaitUntil();
    tailMeter(recorded.pushmeter).tail(RECORDED, {} as never, ctx);
    expect([ctx.promises, recorded.receiver.accepted]).toEqual([[], 0]);
    expect(await meter.total("faas_invoke_duration_seconds_count")).toBe(RECORDED.length);
  });

  /** Counts the rows, as `rowsOf` says them. */
  const expectedOf = (fixtures: readonly (readonly [unknown, string])[]) => {
    const counts = new Map<string, number>();
    for (const [, row] of fixtures) counts.set(row, (counts.get(row) ?? 0) + 1);
    return Array.from(counts, ([row, count]) => `${row} = ${count}`).sort();
  };

  it("counts published events of production, each once, with the outcome that the platform says", async () => {
    const recorded = new Recorded({ flush: "invocation" });
    const ctx = new WaitUntil();
    const items = PUBLISHED_ITEMS.map(([item]) => item);
    tailMeter(recorded.pushmeter).tail(items, {} as never, ctx);
    await Promise.all(ctx.promises);
    expect((await rowsOf(recorded, "faas_invoke_duration")).sort()).toEqual(expectedOf(PUBLISHED_ITEMS));
    expect(recorded.receiver.total("faas_cpu_time_seconds_count")).toBe(PUBLISHED_ITEMS.length);
    expect(recorded.receiver.total("faas_cpu_time_seconds_sum", { faas_cron: "* * * * *" })).toBe(0.01);
    expect(recorded.errors).toEqual([]);
  });

  it("counts every kind of published stream of events, each once", async () => {
    const recorded = new Recorded({ flush: "invocation" });
    const ctx = new WaitUntil();
    const meter = tailMeter(recorded.pushmeter);
    const handlers = PUBLISHED_STREAMS.map(([[onset]]) =>
      meter.tailStream({ event: onset as { type: string } }, {} as never, ctx),
    );
    // The platform has many of them under way at a time.
    const longest = Math.max(...PUBLISHED_STREAMS.map(([events]) => events.length));
    for (let i = 1; i < longest; i++) {
      for (const [stream, [events]] of PUBLISHED_STREAMS.entries()) {
        const event = events[i];
        if (event) handlers[stream]?.({ event });
      }
    }
    await Promise.all(ctx.promises);
    expect((await rowsOf(recorded, "faas_invoke_duration")).sort()).toEqual(expectedOf(PUBLISHED_STREAMS));
    expect(recorded.errors).toEqual([]);
  });

  it("tells 100 scripts apart and counts the others together", async () => {
    const recorded = new Recorded({ flush: "invocation" });
    const ctx = new WaitUntil();
    const items = Array.from({ length: 150 }, (_, i) => item("ok", request, { scriptName: `script-${i}` }));
    tailMeter(recorded.pushmeter).tail(items, {} as never, ctx);
    await Promise.all(ctx.promises);
    expect(recorded.receiver.series("faas_invoke_duration_seconds_count")).toHaveLength(101);
    expect(recorded.receiver.total("faas_invoke_duration_seconds_count", { job: "_OTHER" })).toBe(50);
  });
});
