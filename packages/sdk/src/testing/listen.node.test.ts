import { afterEach, describe, expect, it } from "vitest";
import { createPushmeter, type Push } from "../index.ts";
import { pushgateway } from "../pushgateway/index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { type Listening, Receiver } from "./index.ts";

describe("a Receiver that listens", () => {
  const servers: Listening[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function start(port?: number): Promise<{ receiver: Receiver; url: string }> {
    const receiver = new Receiver();
    const server = await receiver.listen(port);
    servers.push(server);
    return { receiver, url: server.url };
  }

  it.each<[string, (url: string) => Push]>([
    ["remote write", (url) => remoteWrite({ url: `${url}/api/v1/write` })],
    ["a Pushgateway", (url) => pushgateway({ url })],
  ])("takes what is pushed to its port by %s, and ends its connections", async (_, push) => {
    const { receiver, url } = await start();
    const pushmeter = createPushmeter({ service: "courses", push: push(url) });
    pushmeter.meter.createCounter("app.logins").add(2, { result: "success" });
    expect(await pushmeter.flush()).toBe(true);
    expect(receiver.total("app_logins_total", { result: "success" })).toBe(2);
    await servers.pop()?.close();
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  it("answers what it does not know as it does without a port", async () => {
    const { receiver, url } = await start();
    const answer = await fetch(`${url}/nowhere`);
    expect([answer.status, receiver.refused]).toEqual([404, 1]);
    expect(await answer.text()).toContain("the receiver has /api/v1/write");
  });

  it("says that a port is in use", async () => {
    const { url } = await start();
    await expect(start(Number(new URL(url).port))).rejects.toThrow("EADDRINUSE");
  });
});
