/** Every entry point of a Worker, in workerds that serve nothing but one kind. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const SITE = "http://courses.example";
const TIMES = 5;

function start(script: string, url: string): Miniflare {
  return startWorkerd(script, {
    name: "courses",
    bindings: { PUSH_URL: url },
    serviceBindings: { CATALOGUE: { name: "courses", entrypoint: "Catalogue" }, SELF: { name: "courses" } },
    // With it workerd calls `connect`.
    compatibilityFlags: ["experimental"],
    durableObjects: { ROOM: { className: "Room", useSQLite: true } },
    workflows: { ENROLMENT: { name: "enrolments", className: "Enrolment" } },
    queueConsumers: ["jobs"],
    unsafeTriggerHandlers: true,
  });
}

/** An e-mail for `email`. */
function sendMail(worker: Miniflare): Promise<unknown> {
  return worker.dispatchFetch(`${SITE}/cdn-cgi/local/email?from=a@b.example&to=c@d.example`, {
    method: "POST",
    body: "From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <1@b.example>\r\n\r\nHello",
  });
}

const message = { id: "1", timestamp: new Date(0), attempts: 1, body: "x" };

describe("a Worker with every kind of export", () => {
  let script: string;
  let server: ReceiverServer;
  let worker: Miniflare;

  beforeAll(async () => {
    script = await bundleWorker({ file: join(import.meta.dirname, "everything/worker.ts") });
  });
  beforeEach(async () => {
    server = await ReceiverServer.start();
    worker = start(script, server.writeUrl);
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

  it("serves only connections", async () => {
    for (let i = 0; i < TIMES; i++) expect(await get("/behind/connect")).toBe("hello");
    expect(await counted("faas_invoke_duration", TIMES)).toEqual(["connect other success = 5"]);
  });

  it("serves cron events, batches and e-mail", async () => {
    const fetcher = await worker.getWorker();
    for (let i = 0; i < TIMES; i++) {
      await fetcher.scheduled({ cron: "0 3 * * *" });
      await fetcher.queue("jobs", [message]);
      await sendMail(worker);
    }
    expect(await counted("faas_invoke_duration", 3 * TIMES)).toEqual([
      "0 3 * * * timer success = 5",
      "email other success = 5",
      "pubsub jobs success = 5",
    ]);
  });
});

describeWithServers("five instances of a Worker with every kind of export", (servers) => {
  const INSTANCES = 5;
  const VISITS = 200;
  const workers: Miniflare[] = [];

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.dispose()));
  });

  it("are counted exactly in Prometheus, by kind and outcome", async () => {
    const prometheus = await startPrometheus(servers.prometheus);
    try {
      const script = await bundleWorker({ file: join(import.meta.dirname, "everything/worker.ts") });
      for (let i = 0; i < INSTANCES; i++) workers.push(start(script, prometheus.writeUrl));
      const random = new Random();
      /** What has happened, as `metric, what, outcome`. */
      const expected: Record<string, number> = {};
      const happened = (...rows: string[]) => {
        for (const row of rows) expected[row] = (expected[row] ?? 0) + 1;
      };
      const kinds: readonly ((worker: Miniflare) => Promise<void>)[] = [
        async (worker) => {
          await (await worker.dispatchFetch(`${SITE}/`)).text();
          happened("requests 200 success");
        },
        async (worker) => {
          await (await worker.dispatchFetch(`${SITE}/missing`)).text();
          happened("requests 404 client_error");
        },
        async (worker) => {
          await (await worker.dispatchFetch(`${SITE}/behind/catalogue`)).text();
          happened(
            "calls Catalogue/fail exception",
            "calls Catalogue/describe success",
            "requests 202 success",
          );
        },
        async (worker) => {
          await (await worker.dispatchFetch(`${SITE}/behind/room`)).text();
          happened("calls Room/join success");
        },
        async (worker) => {
          await (await worker.getWorker()).scheduled({ cron: "0 3 * * *" });
          happened("invocations 0 3 * * * success");
        },
        async (worker) => {
          await (await worker.getWorker()).queue("jobs", [message]);
          happened("invocations jobs success");
        },
        async (worker) => {
          await sendMail(worker);
          happened("invocations email success");
        },
        async (worker) => {
          await (await worker.dispatchFetch(`${SITE}/behind/connect`)).text();
          happened("invocations connect success");
        },
      ];
      await Promise.all(
        workers.map(async (worker) => {
          for (let i = 0; i < VISITS / INSTANCES; i++) await random.pick(kinds)(worker);
        }),
      );
      const QUERIES: Readonly<Record<string, readonly [metric: string, label: string]>> = {
        requests: ["http_server_request_duration_seconds_count", "http_response_status_code"],
        calls: ["rpc_server_call_duration_seconds_count", "rpc_method"],
        invocations: [
          'label_join(faas_invoke_duration_seconds_count, "what", "", "faas_cron", "messaging_destination_name", "code_function_name")',
          "what",
        ],
      };
      const counted = async () => {
        const rows: Record<string, number> = {};
        for (const [what, [series, label]] of Object.entries(QUERIES)) {
          for (const { labels, value } of await prometheus.query(`sum by (${label}, outcome) (${series})`)) {
            rows[`${what} ${labels[label]} ${labels.outcome}`] = value;
          }
        }
        return rows;
      };
      const sum = (rows: Readonly<Record<string, number>>) => Object.values(rows).reduce((a, b) => a + b, 0);
      await until("all are counted", counted, (rows) => sum(rows) >= sum(expected));
      expect(await counted()).toEqual(expected);
    } finally {
      await prometheus.stop();
    }
  });
});
