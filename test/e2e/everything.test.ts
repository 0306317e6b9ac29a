/** Every entry point of a Worker, in workerds that serve nothing but one kind. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const SITE = "http://courses.example";
const TIMES = 5;

describe("a Worker with every kind of export", () => {
  let script: string;
  let server: ReceiverServer;
  let worker: Miniflare;

  beforeAll(async () => {
    script = await bundleWorker({ file: join(import.meta.dirname, "everything/worker.ts") });
  });
  beforeEach(async () => {
    server = await ReceiverServer.start();
    worker = startWorkerd(script, {
      name: "courses",
      bindings: { PUSH_URL: server.writeUrl },
      serviceBindings: { CATALOGUE: { name: "courses", entrypoint: "Catalogue" } },
      durableObjects: { ROOM: { className: "Room", useSQLite: true } },
      workflows: { ENROLMENT: { name: "enrolments", className: "Enrolment" } },
      queueConsumers: ["jobs"],
      unsafeTriggerHandlers: true,
    });
    await worker.ready;
  });
  afterEach(async () => {
    await worker.dispose();
    server.stop();
  });

  const get = async (path: string) => {
    const response = await worker.dispatchFetch(SITE + path);
    return (
      response.headers.get("content-type")?.includes("json") ? response.json() : response.text()
    ) as unknown;
  };

  /** Waits for so many recordings of a histogram, and returns its series as `label value, label value = count`. */
  async function counted(metric: string, count: number): Promise<string[]> {
    const name = `${metric}_seconds_count`;
    await until(
      `${metric} is counted`,
      () => server.receiver.total(name),
      (total) => total >= count,
    );
    const rows = server.receiver.series(name).map(({ labels, samples }) => {
      const {
        job: _,
        instance: __,
        __name__: ___,
        rpc_system_name: ____,
        url_scheme: _____,
        ...rest
      } = labels;
      const row = Object.values(rest).join(" ");
      return `${row} = ${samples.at(-1)?.value}`;
    });
    expect(await get("/behind/errors")).toEqual([]);
    return rows.sort();
  }

  it("serves only RPC: every call is counted, by method and outcome, without further traffic", async () => {
    for (let i = 0; i < TIMES; i++) {
      expect(await get("/behind/catalogue")).toEqual([
        "Hello Ada: Databases",
        "Databases",
        "RangeError: no such course",
        202,
      ]);
    }
    expect(await counted("rpc_server_call_duration", 2 * TIMES)).toEqual([
      "RangeError exception Catalogue/fail = 5",
      "success Catalogue/describe = 5",
    ]);
    expect(await counted("http_server_request_duration", TIMES)).toEqual([
      "Catalogue.fetch GET 202 success = 5",
    ]);
  });

  it("serves only a Durable Object's methods", async () => {
    for (let i = 0; i < TIMES; i++) await get("/behind/room");
    expect(await get("/behind/room")).toEqual(["made", ...Array(TIMES + 1).fill("Ada")]);
    expect(await counted("rpc_server_call_duration", TIMES + 1)).toEqual(["success Room/join = 6"]);
  });

  it("serves only alarms and the call that set the first one", async () => {
    await get("/behind/alarm");
    expect(await counted("faas_invoke_duration", 3)).toEqual(["Room.alarm timer success = 3"]);
  });

  it("serves only a hibernating WebSocket", async () => {
    const response = await worker.dispatchFetch(`${SITE}/behind/socket`, {
      headers: { upgrade: "websocket" },
    });
    const socket = response.webSocket;
    if (!socket) throw new Error("no WebSocket");
    const answers: unknown[] = [];
    socket.addEventListener("message", ({ data }) => answers.push(data));
    socket.accept();
    for (let i = 0; i < TIMES; i++) socket.send("hello");
    await until(
      "it answers",
      () => answers,
      (all) => all.length === TIMES,
    );
    expect(answers).toEqual(Array(TIMES).fill("hello!"));
    socket.close();
    expect(await counted("faas_invoke_duration", TIMES + 1)).toEqual([
      "Room.webSocketClose other success = 1",
      "Room.webSocketMessage other success = 5",
    ]);
    expect(await counted("http_server_request_duration", 1)).toEqual(["Room.fetch GET 101 success = 1"]);
  });

  it("serves only a workflow: each run and each attempt of a step", async () => {
    const id = await get("/behind/workflow");
    const ended = () => get(`/behind/workflow/status?id=${id}`) as Promise<{ status: string }>;
    await until("the workflow has ended", ended, ({ status }) => status !== "queued" && status !== "running");
    expect(await ended()).toMatchObject({ status: "complete", output: "Databases" });
    expect(await counted("faas_invoke_duration", 1)).toEqual(["Enrolment.run other success = 1"]);
    expect(await counted("pushmeter_workflow_step_duration", 3)).toEqual([
      "RangeError exception Enrolment false charge = 1",
      "success Enrolment false find course = 1",
      "success Enrolment true charge = 1",
    ]);
  });

  it("serves cron events, batches and e-mail", async () => {
    const fetcher = await worker.getWorker();
    for (let i = 0; i < TIMES; i++) {
      await fetcher.scheduled({ cron: "0 3 * * *" });
      await fetcher.queue("jobs", [{ id: "1", timestamp: new Date(0), attempts: 1, body: "x" }]);
      const mail = "From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <1@b.example>\r\n\r\nHello";
      await worker.dispatchFetch(`${SITE}/cdn-cgi/local/email?from=a@b.example&to=c@d.example`, {
        method: "POST",
        body: mail,
      });
    }
    expect(await counted("faas_invoke_duration", 3 * TIMES)).toEqual([
      "0 3 * * * timer success = 5",
      "email other success = 5",
      "pubsub jobs success = 5",
    ]);
  });
});
