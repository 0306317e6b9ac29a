/** A tail Worker beside Workers that do not know of pushmeter, both kinds of tails. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { COMPATIBILITY_DATE } from "@pushmeter/testkit/workerd";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const TAILED = `
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/throws") throw new RangeError("broken");
    return new Response("hello", { status: Number(pathname.slice(1)) || 200 });
  },
  async scheduled() {},
  async queue() { throw new TypeError("broken"); },
};`;

describe.each(["tails", "streamingTails"])("tailMeter over %s", (kind) => {
  let server: ReceiverServer;
  let workers: Miniflare;

  beforeEach(async () => {
    server = await ReceiverServer.start();
    const script = await bundleWorker({ file: join(import.meta.dirname, "worker/tail-meter.ts") });
    const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE };
    const tailed = { ...common, script: TAILED, [kind]: ["tail"], queueConsumers: ["jobs"] };
    workers = new Miniflare(
      convertV4MiniflareOptions({
        host: "127.0.0.1",
        port: 0,
        cf: false,
        log: new Log(LogLevel.NONE),
        workers: [
          { ...tailed, name: "courses" },
          { ...tailed, name: "users", queueConsumers: [] },
          { ...common, name: "tail", script, bindings: { PUSH_URL: server.writeUrl } },
        ],
      }),
    );
    await workers.ready;
  });
  afterEach(async () => {
    await workers.dispose();
    server.stop();
  });

  it("counts the invocations of every Worker, by trigger and outcome", async () => {
    const courses = await workers.getWorker("courses");
    for (const path of ["/200", "/200", "/404", "/503", "/throws", "/throws"]) {
      await courses.fetch(`http://courses.example${path}`).catch(() => {});
    }
    await courses.scheduled({ cron: "0 3 * * *" });
    await courses
      .queue("jobs", [{ id: "1", timestamp: new Date(0), attempts: 1, body: "x" }])
      .catch(() => {});
    const users = await workers.getWorker("users");
    await users.fetch("http://users.example/");

    const count = () => server.receiver.total("faas_invoke_duration_seconds_count");
    await until("all invocations are counted", count, (total) => total === 9);
    const rows = server.receiver.series("faas_invoke_duration_seconds_count").map(({ labels, samples }) => {
      const {
        job,
        faas_trigger: trigger,
        http_response_status_code: status = "-",
        outcome,
        error_type,
      } = labels;
      return `${job} ${trigger} ${status} ${outcome} ${error_type ?? "-"} = ${samples.at(-1)?.value}`;
    });
    // workerd does not tell the names of Workers that it runs locally.
    expect(rows.sort()).toEqual([
      "local http - exception RangeError = 2",
      "local http 200 success - = 3",
      "local http 404 client_error - = 1",
      "local http 503 server_error 503 = 1",
      "local pubsub - exception TypeError = 1",
      "local timer - success - = 1",
    ]);
    expect(server.receiver.total("faas_cpu_time_seconds_count")).toBe(9);
    // They are about the tailed Workers, which did not start with the first event.
    expect(server.receiver.series("faas_coldstarts_total")).toEqual([]);
  });
});
