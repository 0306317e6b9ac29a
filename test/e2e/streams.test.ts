import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LargeBodies } from "./large-bodies.ts";

const NAME = "http_server_request_duration_seconds";
const TIMES = 10;

describe("streams with wholeBody in workerd", () => {
  let server: ReceiverServer;
  const workers: Miniflare[] = [];

  beforeEach(async () => {
    server = await ReceiverServer.start();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.dispose()));
    server.stop();
  });

  /** The address of a new worker, for clients that make their own connections. */
  async function start(): Promise<URL> {
    const script = await bundleWorker({ file: join(import.meta.dirname, "worker/streams.ts") });
    const worker = startWorkerd(script, { name: "courses", bindings: { PUSH_URL: server.writeUrl } });
    workers.push(worker);
    return worker.ready;
  }

  async function counted(route: string, count: number): Promise<[outcome: string, count?: number][]> {
    const labels = { http_route: route };
    await until(
      "all are counted",
      () => server.receiver.total(`${NAME}_count`, labels),
      (total) => total >= count,
    );
    return server.receiver
      .series(`${NAME}_count`, labels)
      .map(({ labels, samples }) => [labels.outcome ?? "", samples.at(-1)?.value]);
  }

  it("take as long as they take", async () => {
    const url = await start();
    const fetched = Array.from({ length: TIMES }, async () => (await fetch(new URL("/second", url))).text());
    expect((await Promise.all(fetched)).every((text) => text.endsWith("data: 5\n\n"))).toBe(true);
    expect(await counted("/second", TIMES)).toEqual([["success", TIMES]]);
    const seconds = server.receiver.total(`${NAME}_sum`, { http_route: "/second" });
    expect(seconds).toBeGreaterThanOrEqual(TIMES * 1.0);
  });

  it("that break are exceptions", async () => {
    const url = await start();
    for (let i = 0; i < TIMES; i++) {
      await expect(fetch(new URL("/breaks", url)).then((response) => response.text())).rejects.toThrow();
    }
    expect(await counted("/breaks", TIMES)).toEqual([["exception", TIMES]]);
  });

  it("whose clients leave are canceled", async () => {
    const url = await start();
    for (let i = 0; i < TIMES; i++) {
      const controller = new AbortController();
      const response = await fetch(new URL("/events", url), { signal: controller.signal });
      await response.body?.getReader().read();
      controller.abort();
    }
    expect(await counted("/events", TIMES)).toEqual([["canceled", TIMES]]);
  });

  it("of 50 MB have the same bytes as without pushmeter, and workerd needs no more memory for them", async () => {
    const bare = await LargeBodies.start(server.writeUrl, false);
    const measured = await LargeBodies.start(server.writeUrl, true);
    try {
      // At the same time: bodies that are kept would add up.
      const read = (one: LargeBodies) => Promise.all([one.read(), one.read()]);
      expect(new Set([...(await read(bare)), ...(await read(measured))]).size).toBe(1);
      expect(await counted("/large", 2)).toEqual([["success", 2]]);
      // Less than one of the bodies.
      const [most, least] = [measured.peakMemory(), bare.peakMemory()].map((bytes) => bytes / 1e6);
      expect(least).toBeGreaterThan(10);
      expect(most).toBeLessThan((least ?? 0) + 50);
    } finally {
      await Promise.all([bare.stop(), measured.stop()]);
    }
  });

  it("have sizes, and none is in progress at the end", async () => {
    const url = await start();
    await (await fetch(new URL("/large", url), { method: "POST", body: "x".repeat(1_000) })).arrayBuffer();
    await (await fetch(new URL("/other", url))).text();
    const total = (name: string) => server.receiver.total(name);
    const bytes = () => total("http_server_response_body_size_bytes_sum");
    await until("the sizes are counted", bytes, (sum) => sum === 800 * 64 * 1024 + "hello".length);
    expect(total("http_server_request_body_size_bytes_sum")).toBe(1_000);
    expect(server.receiver.series("http_server_active_requests")).toHaveLength(2);
    expect(total("http_server_active_requests")).toBe(0);
  });

  it("over WebSockets: connections and messages are counted", async () => {
    const url = await start();
    url.protocol = "ws:";
    for (let i = 0; i < TIMES; i++) {
      const socket = new WebSocket(new URL("/socket", url));
      const answers: unknown[] = [];
      await new Promise<void>((resolve, reject) => {
        socket.addEventListener("open", () => socket.send("hello"));
        socket.addEventListener("error", () => reject(new Error("no connection")));
        socket.addEventListener("message", ({ data }) => {
          if (answers.push(data) === 3) resolve();
          else socket.send("hello");
        });
      });
      expect(answers).toEqual(["hello!", "hello!", "hello!"]);
      socket.close(1000, "done");
    }
    const count = () => server.receiver.total("pushmeter_websocket_duration_seconds_count");
    await until("all connections are counted", count, (total) => total === TIMES);
    const messages = (direction: string) =>
      server.receiver.total("pushmeter_websocket_messages_total", { network_io_direction: direction });
    expect([messages("receive"), messages("transmit")]).toEqual([3 * TIMES, 3 * TIMES]);
    const [series] = server.receiver.series("pushmeter_websocket_duration_seconds_count");
    expect(series?.labels.outcome).toBe("success");
  });
});
