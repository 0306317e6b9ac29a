/** On Lambda pushes leave over `node:http`: what `fetch` brings with it costs a cold start memory and time. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";

interface Received {
  readonly path: string | undefined;
  readonly method: string | undefined;
  readonly authorization: string | undefined;
  readonly length: string | undefined;
  readonly size: number;
}

/** A function's instance, with SDK modules that are loaded on Lambda, and a server that has no use for fetch. */
async function start(answer: (response: ServerResponse) => void, timeout = 2_000) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { url: path, method, headers } = request;
    let size = 0;
    for await (const chunk of request) size += chunk.length;
    received.push({
      path,
      method,
      authorization: headers.authorization,
      length: headers["content-length"],
      size,
    });
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "courses");
  vi.resetModules();
  const { createPushmeter } = await import("@pushmeter/sdk");
  const { remoteWrite } = await import("@pushmeter/sdk/remote-write");
  for (const name of ["fetch", "Request", "Headers"]) {
    vi.stubGlobal(name, () => {
      throw new Error(`${name} was used`);
    });
  }
  const errors: unknown[] = [];
  const pushmeter = createPushmeter({
    service: "courses",
    push: remoteWrite({
      url: `${url}/api/v1/write`,
      auth: { bearer: "s3cr3t-token" },
      timeout,
      protocol: "1.0",
    }),
    onError: (error) => errors.push(error),
  });
  pushmeter.meter.createCounter("logins").add(1);
  return { close, received, errors, pushmeter };
}

describe("a push on Lambda", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });

  it("carries its body and token without fetch", async () => {
    const { close, received, errors, pushmeter } = await start((response) => response.writeHead(204).end());
    expect([await pushmeter.flush(), errors]).toEqual([true, []]);
    close();
    const [{ size, length, ...push }] = received as [Received];
    expect(push).toEqual({ path: "/api/v1/write", method: "POST", authorization: "Bearer s3cr3t-token" });
    expect([size > 50, length]).toEqual([true, `${size}`]);
  });

  it("waits as long as Retry-After says, and pushes again", async () => {
    let answers = 0;
    const { close, received, errors, pushmeter } = await start((response) => {
      if (answers++) response.writeHead(204).end();
      else response.writeHead(429, { "retry-after": "1" }).end("busy");
    });
    expect([await pushmeter.flush(), errors, received.length]).toEqual([true, [], 2]);
    close();
  });

  it("goes over a new connection when the one that was kept is dead", async () => {
    const sockets = new Set<object>();
    const dead = new Set<object>();
    const { close, errors, pushmeter } = await start((response) => {
      const { socket } = response;
      // As behind a NAT that has forgotten the connection: no answer comes.
      if (!socket || dead.has(socket)) return;
      sockets.add(socket);
      response.writeHead(204).end();
    }, 10_000);
    for (let i = 0; i < 2; i++) {
      expect([await pushmeter.flush({ timeout: 2_400 }), errors]).toEqual([true, []]);
      for (const socket of sockets) dead.add(socket);
    }
    close();
    expect(sockets.size).toBe(2);
  });

  it("follows no redirect, and reports at most 1,024 characters of an answer, without the token", async () => {
    const body = `s3cr3t-token ${"x".repeat(200_000)}`;
    const { close, received, errors, pushmeter } = await start((response) =>
      response.writeHead(307, { location: "/elsewhere" }).end(body),
    );
    expect(await pushmeter.flush()).toBe(false);
    close();
    expect(received.length).toBe(1);
    const [message] = errors.map(String) as [string];
    expect(message).toContain("refused with 307: *** xxx");
    expect(message.length).toBeLessThan(1_300);
  });

  it("ends after its time when there is no answer, and says why there is no connection", async () => {
    const { close, errors, pushmeter } = await start(() => {}, 300);
    expect(await pushmeter.flush()).toBe(false);
    close();
    expect(await pushmeter.flush()).toBe(false);
    expect(errors).toMatchObject([{ result: "timeout" }, { result: "unreachable" }]);
    expect(String(errors[1])).toContain("ECONNREFUSED");
  });
});
