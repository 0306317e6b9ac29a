/** The server as its users meet it: the command, over HTTP. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { rows } from "@pushmeter/testkit/markdown";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import type { Process } from "@pushmeter/testkit/servers/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUTHORIZATION, COMMAND, logins, startServer, TOKEN } from "./server.ts";

const JSON_TYPE = { "content-type": "application/json" };
const OTHERS = {
  PUSHMETER_READ_TOKEN: "reads",
  PUSHMETER_SERVICE_TOKENS: '{"shop":["new","old"]}',
};

describe("pushmeter-aggregator", () => {
  let receiver: ReceiverServer;
  let server: Process;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(server.url + path, { ...init, headers: { ...AUTHORIZATION, ...init.headers } });
  const send = (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) =>
    ask("/v1/metrics", { method: "POST", body, headers: { ...JSON_TYPE, ...headers } });
  const counted = (job: string, n: number) =>
    until(
      `${n} logins of ${job}`,
      () => receiver.receiver.total("logins_total", { job }),
      (seen) => seen === n,
    );

  beforeAll(async () => {
    receiver = await ReceiverServer.start();
    server = await startServer(
      ["--remote-write", receiver.writeUrl, "--interval", "200ms", "--shards", "2", "--label", "region=eu"],
      OTHERS,
    );
  });
  afterAll(async () => {
    await server.stop();
    receiver.stop();
  });

  it("takes JSON that is plain, gzip or zstd, and counts a repeated body once", async () => {
    const plain = logins(1, { service: "encodings", time: 1 });
    const gzip = gzipSync(logins(10, { service: "encodings", time: 2 }));
    const zstd = zstdCompressSync(logins(100, { service: "encodings", time: 3 }));
    for (let n = 0; n < 2; n++) {
      expect((await send(plain)).status).toBe(200);
      expect((await send(gzip, { "content-encoding": "gzip" })).status).toBe(200);
      expect((await send(zstd, { "content-encoding": "zstd" })).status).toBe(200);
    }
    await counted("encodings", 111);
    const [series] = receiver.receiver.series("logins_total", { job: "encodings" });
    expect(series?.labels).toMatchObject({ region: "eu", instance: expect.stringMatching(/^shard-[01]$/) });
  });

  it.each([
    ["a body that inflates beyond the limit", 413, gzipSync(Buffer.alloc(50_000_000)), "gzip"],
    ["one that does so in zstd", 413, zstdCompressSync(Buffer.alloc(50_000_000)), "zstd"],
    ["one that is too large as it is", 413, Buffer.alloc(3_000_000), "identity"],
    ["one that is no gzip", 400, Buffer.from("{}"), "gzip"],
    ["one that is no zstd", 400, Buffer.from("{}"), "zstd"],
    ["an encoding that is not known", 415, Buffer.from("{}"), "br"],
  ] as const)("refuses %s with %i", async (_, status, body, encoding) => {
    const response = await send(body, { "content-encoding": encoding });
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(/\w+ \w+/)]);
  });

  it("is asked for its health without a token, and for anything else with one", async () => {
    for (const path of ["/healthz", "/readyz"]) expect((await fetch(server.url + path)).status).toBe(200);
    for (const path of ["/metrics", "/status?service=a", "/v1/metrics", "/other"]) {
      expect((await fetch(server.url + path)).status, path).toBe(401);
    }
    expect((await ask("/other")).status).toBe(404);
    const shop = (token: string, service: string) =>
      send(logins(1, { service }), { authorization: `Bearer ${token}` });
    expect((await shop("old", "shop")).status).toBe(200);
    expect((await shop("new", "shop")).status).toBe(200);
    expect((await shop("new", "courses")).status).toBe(403);
    expect((await ask("/metrics", { headers: { authorization: "Bearer reads" } })).status).toBe(200);
    expect((await shop("reads", "shop")).status).toBe(401);
  });

  it("shows the totals of all services at /metrics, each name's samples together", async () => {
    expect((await send(logins(5, { service: "one" }))).status).toBe(200);
    expect((await send(logins(6, { service: "two" }))).status).toBe(200);
    const text = await (await ask("/metrics")).text();
    expect(text).toMatch(/^logins_total\{region="eu",job="one",instance="shard-\d"\} 5$/m);
    expect(text).toMatch(/^logins_total\{region="eu",job="two",instance="shard-\d"\} 6$/m);
    expect(text.match(/^# TYPE logins_total /gm)).toHaveLength(1);
  });

  it("tells of itself, shard by shard", async () => {
    expect((await send(logins(1, { service: "self" }))).status).toBe(200);
    const names = [
      'batches_total{region="eu",result="merged"',
      'pushes_total{region="eu",result="success"',
      "last_push_timestamp_seconds{",
      "series{",
      "instances{",
      "memory_bytes{",
    ];
    await until(
      "all are there",
      async () => (await ask("/metrics?service=self")).text(),
      (text) => names.every((name) => text.includes(`pushmeter_aggregator_${name}`)),
    );
  });

  it("pushes what has come when it is told to end, and goes on from there", async () => {
    // A heartbeat every minute: what arrives comes with the end.
    const slow = await startServer(["--remote-write", receiver.writeUrl, "--interval", "60s"]);
    try {
      const headers = { ...AUTHORIZATION, ...JSON_TYPE };
      const body = logins(7, { service: "ended" });
      const response = await fetch(`${slow.url}/v1/metrics`, { method: "POST", headers, body });
      expect(response.status).toBe(200);
      process.kill(slow.pid as number, "SIGTERM");
      await counted("ended", 7);
      await until(
        "it has ended",
        () => slow.output,
        (output) => output.endsWith("ended\n"),
      );
      await slow.restart();
      const again = await fetch(`${slow.url}/v1/metrics`, { method: "POST", headers, body });
      expect(again.status).toBe(200);
      const scrape = await fetch(`${slow.url}/metrics?service=ended`, { headers });
      expect(await scrape.text()).toContain('logins_total{job="ended",instance="shard-0"} 7\n');
    } finally {
      await slow.stop();
    }
    expect(
      receiver.receiver.series("logins_total", { job: "ended" })[0]?.samples.map(({ value }) => value),
    ).toEqual([0, 7]);
  });
});

describe("the command line", () => {
  const run = promisify(execFile);

  it("that asks for help gets the options and variables of the page", async () => {
    const { stdout } = await run(process.execPath, [COMMAND, "--help"]);
    const page = await readFile(join(import.meta.dirname, "../../docs/aggregator-server.md"), "utf8");
    const listed = rows(page, (header) => header === "`pushmeter-aggregator`").map(([option]) => option);
    expect(Array.from(stdout.matchAll(/^ {2}(--[\w-]+)/gm), ([, option]) => `\`${option}\``)).toEqual(listed);
    for (const [, variable = ""] of stdout.matchAll(/^ {2}(PUSHMETER_\w+)/gm)) {
      expect(page).toContain(variable.replace("PUSHGATEWAY_TOKEN", "PUSHGATEWAY_"));
    }
  });

  it("never has a password", async () => {
    const args = ["--remote-write", `http://user:${TOKEN}@prometheus/api/v1/write`];
    const { code, stderr } = await run(process.execPath, [COMMAND, ...args]).catch((error) => error);
    expect(code).toBe(2);
    expect(stderr).toContain("PUSHMETER_REMOTE_WRITE_PASSWORD");
    expect(stderr).not.toContain(TOKEN);
  });
});
