import { until } from "@pushmeter/testkit/poll";
import type { Miniflare } from "miniflare";
import { describe, expect, it } from "vitest";
import { Setup, seen } from "./setup.ts";

describe("a handler in workerd", () => {
  const setup = new Setup();

  it("counts by cron and queue, and ends as the platform sees it end unwrapped", async () => {
    const run = async (worker: Miniflare) => {
      const fetcher = await worker.getWorker();
      const message = (body: string) => [{ id: "1", timestamp: new Date(0), attempts: 1, body }];
      return [
        await fetcher.scheduled({ cron: "0 3 * * *" }),
        await fetcher.scheduled({ cron: "0 4 * * *" }),
        await fetcher.scheduled({ cron: "0 3 * * *" }),
        await fetcher.queue("enrolments", message("take")),
        await fetcher.queue("enrolments", message("throw")),
      ];
    };
    const outcomes = await run(await setup.start({ flush: 300 }));
    expect(outcomes).toEqual(await run(await setup.start({ measured: false })));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["ok", "exception", "ok", "ok", "exception"]);

    const name = "faas_invoke_duration_seconds_count";
    const count = () => setup.receiver.total(name);
    await until("all invocations have arrived", count, (total) => total >= 5);
    const counted = setup.receiver.series(name).map(({ labels, samples }) => {
      const { faas_trigger: trigger, faas_cron: cron, messaging_destination_name: queue } = labels;
      return [trigger, cron ?? queue, labels.outcome, labels.error_type, samples.at(-1)?.value].join(" | ");
    });
    expect(counted.sort()).toEqual([
      "pubsub | enrolments | exception | RangeError | 1",
      "pubsub | enrolments | success |  | 1",
      "timer | 0 3 * * * | success |  | 2",
      "timer | 0 4 * * * | exception | Broken | 1",
    ]);
    expect(setup.receiver.total("faas_coldstarts_total", { faas_trigger: "timer" })).toBe(1);
  });

  it("that throws fails for the client as it does unwrapped, and counts as an exception", async () => {
    const plain = await setup.start({ measured: false });
    const measured = await setup.start({ flush: 300 });
    const rows = {
      "/raw/throws/error": "GET - 500 exception RangeError",
      "/raw/throws/class": "GET - 500 exception Broken",
      "/raw/throws/text": "GET - 500 exception _OTHER",
      "/throws/error": "GET /throws/error 500 exception TypeError",
      "/throws/text": "GET /throws/text 500 exception _OTHER",
    };
    for (const path of Object.keys(rows)) {
      const answer = await seen(measured, path);
      expect(answer).toMatch(/^500 /);
      expect(answer).toBe(await seen(plain, path));
    }
    const sent = Object.fromEntries(Object.values(rows).map((row) => [row, 1]));
    expect(await setup.received(sent)).toEqual(sent);
  });
});
