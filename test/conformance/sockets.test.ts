/** prometheus/compliance, remotewrite/sender: what only real sockets show. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { PushError, PushResult } from "@pushmeter/sdk";
import { type Protocol, remoteWrite } from "@pushmeter/sdk/remote-write";
import { afterEach, describe, expect, it } from "vitest";
import { Sender } from "./sender.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

/** A server that does this with each connection once a request has come; its port. */
async function listen(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => answer(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** One push by the platform's own clock and fetch. */
async function push(url: string, protocol: Protocol = "2.0", timeout = 1500): Promise<PushResult> {
  const destination = remoteWrite({ url, protocol, timeout });
  const { reader } = new Sender().counter();
  const { resourceMetrics } = await reader.collect();
  return new Promise((resolve) => destination.export(resourceMetrics as ResourceMetrics, resolve));
}

const to = (port: number) => `http://127.0.0.1:${port}/api/v1/write`;
const saying = (text: string) => (socket: Socket) => socket.end(text.replaceAll("\n", "\r\n"));

describe("TestErrorHandling", () => {
  it("handle_connection_refused", async () => {
    const port = await listen(() => {});
    await closing.pop()?.();
    const { code, error, details } = await push(to(port));
    expect([code, (error as PushError).result]).toEqual([1, "unreachable"]);
    expect(error?.message).toContain("ECONNREFUSED");
    expect(details?.requests).toBeGreaterThan(1);
  });

  it("handle_timeout", async () => {
    const port = await listen(() => {});
    const { code, error, details } = await push(to(port));
    expect([code, (error as PushError).result]).toEqual([1, "timeout"]);
    // The first one may not take all of the time.
    expect(details?.requests).toBeGreaterThan(1);
  });

  it("handle_invalid_status_code", async () => {
    let requests = 0;
    const port = await listen((socket) => {
      requests++;
      saying("HTTP/1.1 999 What\nConnection: close\nContent-Length: 0\n\n")(socket);
    });
    expect(await push(to(port))).toMatchObject({ code: 1 });
    expect(requests).toBeLessThanOrEqual(10);
  });

  it("handle_empty_response", async () => {
    // A 200 without any header is no answer of a receiver that understands 2.0, and one of a receiver of 1.0.
    const port = await listen(saying("HTTP/1.1 200 OK\n\n"));
    const { error } = await push(to(port));
    expect(error?.message).toMatch(/did not store and answered 200 \(the receiver does not understand/);
    expect(await push(to(port), "auto")).toMatchObject({ code: 0, details: { requests: 2 } });
  });
});

describe("TestNetworkErrors", () => {
  it("dns_resolution_failure", async () => {
    // RFC 6761: no such name will ever exist.
    const { code, error } = await push("http://receiver.invalid/api/v1/write");
    expect([code, (error as PushError).result]).toEqual([1, "unreachable"]);
    expect(error?.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});
