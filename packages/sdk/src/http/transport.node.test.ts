import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRuntime } from "../runtime.ts";
import { byStatus } from "./send.ts";
import { Target } from "./target.ts";
import { sendOverHttp } from "./transport.ts";

interface Received {
  readonly method: string | undefined;
  readonly token: string | undefined;
  readonly length: string | undefined;
  readonly body: string;
}

const received: Received[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers } = request;
  const body = `${Buffer.concat(chunks)}`;
  received.push({ method, token: headers.authorization, length: headers["content-length"], body });
  if (request.url === "/hangs") return;
  if (request.url === "/moved") response.writeHead(307, { location: "/taken" }).end();
  else if (request.url === "/long") response.writeHead(400).end("x".repeat(200_000));
  else response.writeHead(429, { "Retry-After": "7" }).end("busy: s3cr3t-token");
});

let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function attempt(path: string, timeout = 5_000) {
  const runtime = { ...systemRuntime, send: sendOverHttp, fetch: () => Promise.reject(new Error("fetch")) };
  const options = { url: `${url}${path}`, auth: { bearer: "s3cr3t-token" }, timeout };
  const target = new Target("remoteWrite", options, runtime, "x");
  const body = new TextEncoder().encode("päyload") as Uint8Array<ArrayBuffer>;
  return target.attempt({ method: "POST", headers: { "x-test": "1" }, body }, timeout);
}

describe("requests over node:http", () => {
  it("carry method, headers and body, and give the answer without secrets", async () => {
    const answer = await attempt("/taken");
    expect(received.at(-1)).toEqual({
      method: "POST",
      token: "Bearer s3cr3t-token",
      length: "8",
      body: "päyload",
    });
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("date")]).toEqual([
      429,
      "7",
      expect.any(String),
    ]);
    expect(answer.body).toBe("busy: ***");
    expect(byStatus(answer, (status) => status === 429)).toBe("retry");
  });

  it("follow no redirect", async () => {
    expect((await attempt("/moved")).status).toBe(307);
    expect(received.filter(({ body }) => body).length).toBe(2);
  });

  it("read at most 64 kB of an answer", async () => {
    const answer = await attempt("/long");
    expect([answer.status, answer.bytes.length]).toEqual([400, 65_536]);
  });

  it("end after their time, and say why no connection was made", async () => {
    expect(await attempt("/hangs", 100)).toMatchObject({ status: 0, failure: "timeout" });
    const [before] = [url];
    url = "http://127.0.0.1:1";
    expect(await attempt("/")).toMatchObject({
      status: 0,
      failure: "unreachable",
      body: expect.stringContaining("ECONNREFUSED"),
    });
    url = before;
  });
});
