/** Bodies that no sender should send, over HTTP. `SOAK`, of any value, sends 10,000 random and 500 hostile ones. */
import { readFile } from "node:fs/promises";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import type { Process } from "@pushmeter/testkit/servers/process";
import { Random } from "@pushmeter/testkit/test-random";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hostileBody, randomBody } from "../aggregator/bodies.ts";
import { AUTHORIZATION, logins, startServer } from "./server.ts";

const [RANDOM, HOSTILE] = process.env.SOAK ? [10_000, 500] : [100, 20];
const AT_ONCE = 20;
const JSON_TYPE = { "content-type": "application/json" };

let receiver: ReceiverServer;
let server: Process;
beforeAll(async () => {
  receiver = await ReceiverServer.start();
  server = await startServer(["--remote-write", receiver.writeUrl, "--interval", "500ms"]);
});
afterAll(async () => {
  await server.stop();
  receiver.stop();
});

const statuses = new Map<number, number>();

async function post(body: string | Buffer<ArrayBuffer>, headers: Record<string, string>): Promise<void> {
  const init = { method: "POST", body, headers: { ...AUTHORIZATION, ...headers } };
  const response = await fetch(`${server.url}/v1/metrics`, init);
  await response.arrayBuffer();
  statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
}

/** Kilobytes of memory that the server's process occupies; 0 where /proc does not tell. */
async function memory(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

it(`${RANDOM} random and ${HOSTILE} hostile bodies are never a 500, grow nothing without bound, and are counted`, {
  timeout: 300_000,
}, async () => {
  const random = new Random();
  await post(logins(5, { service: "kept" }), JSON_TYPE);
  const valid = Buffer.from(logins(1, { service: "mutant" }));
  for (let sent = 0; sent < RANDOM; sent += AT_ONCE) {
    const all = Array.from({ length: AT_ONCE }, (_, i) => randomBody(random, valid, i));
    await Promise.all(all.map(({ headers, body }) => post(body, headers)));
  }
  for (let sent = 0; sent < HOSTILE; sent++) await post(hostileBody(random), JSON_TYPE);
  console.info(`statuses ${JSON.stringify([...statuses])}, ${await memory()} kB of memory`);
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 400)).toEqual([]);
  expect(statuses.get(400)).toBeGreaterThan(RANDOM / 2);
  const total = (name: string, labels: Record<string, string>) => receiver.receiver.total(name, labels);
  await until(
    "every refusal is counted",
    () => total("pushmeter_aggregator_refused_total", { job: "unknown_service", status: "400" }),
    (seen) => seen === statuses.get(400),
  );
  expect(total("logins_total", { job: "kept" })).toBe(5);
  expect(receiver.receiver.refused).toBe(0);
  const status = await fetch(`${server.url}/status?service=hostile`, { headers: AUTHORIZATION });
  const { series } = (await status.json()) as { series: number };
  expect(series).toBeLessThan(4_000);
  expect(await memory()).toBeLessThan(300_000);
});
