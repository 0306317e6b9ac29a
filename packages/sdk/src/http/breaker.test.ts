import { describe, expect, it } from "vitest";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Endpoint } from "./endpoint.ts";
import { busy, byStatus, send } from "./send.ts";

/** A receiver that is up or down, and what comes to it. */
class Flaky {
  readonly runtime = new FakeRuntime();
  isUp = false;
  requests = 0;
  answer = () => new Response();
  readonly endpoint = new Endpoint(
    "remoteWrite",
    {
      url: "http://receiver/",
      timeout: 1000,
      fetch: async () => {
        this.requests++;
        if (!this.isUp) throw new TypeError("connection refused");
        return this.answer();
      },
    },
    this.runtime,
    "the write endpoint",
  );

  async send(timeout = 1000, last = false): Promise<string> {
    const call = { method: "POST", headers: {} };
    const decide = (answer: Parameters<typeof byStatus>[0]) => byStatus(answer, busy);
    const sent = send(this.endpoint, call, decide, { timeout, last });
    const { error, answer } = await this.runtime.until(sent);
    if (!error) return `${answer?.status}`;
    return error.message.includes("not tried") ? "not tried" : error.result;
  }
}

describe("a receiver that is down", () => {
  it("is left alone for a while after three calls, and taken back when it answers", async () => {
    const receiver = new Flaky();
    for (let i = 0; i < 3; i++) expect(await receiver.send()).toBe("unreachable");
    const before = receiver.requests;
    expect([await receiver.send(100), await receiver.send(100), receiver.requests]).toEqual([
      "not tried",
      "not tried",
      before,
    ]);

    receiver.isUp = true;
    const since = receiver.runtime.monotonic();
    expect(await receiver.send()).toBe("200");
    expect(receiver.runtime.monotonic() - since).toBeGreaterThan(100);
    const later = receiver.runtime.monotonic();
    expect(await receiver.send()).toBe("200");
    expect(receiver.runtime.monotonic()).toBe(later);
  });

  it("is tried at least once by every call that has its whole time", async () => {
    const receiver = new Flaky();
    for (let i = 0; i < 20; i++) {
      const before = receiver.requests;
      expect(await receiver.send()).toBe("unreachable");
      expect(receiver.requests).toBeGreaterThan(before);
    }
  });

  it("is asked once by a call after three that failed, and not again and again", async () => {
    const receiver = new Flaky();
    for (let i = 0; i < 3; i++) await receiver.send();
    const before = receiver.requests;
    const since = receiver.runtime.monotonic();
    expect(await receiver.send(1000, true)).toBe("unreachable");
    expect([receiver.requests - before, receiver.runtime.monotonic() - since]).toEqual([1, 0]);
  });

  it("is tried at once by the last call of an instance", async () => {
    const receiver = new Flaky();
    for (let i = 0; i < 3; i++) await receiver.send();
    receiver.isUp = true;
    expect(await receiver.send(100)).toBe("not tried");
    expect(await receiver.send(100, true)).toBe("200");
  });

  it("that answers with a refusal is not down", async () => {
    const receiver = new Flaky();
    receiver.isUp = true;
    receiver.answer = () => new Response("no", { status: 400 });
    for (let i = 0; i < 10; i++) expect(await receiver.send(100)).toBe("refused");
  });
});

describe("a receiver that says when to come back", () => {
  const asking = (seconds: string) => {
    const receiver = new Flaky();
    receiver.isUp = true;
    receiver.answer = () => new Response("", { status: 429, headers: { "retry-after": seconds } });
    return receiver;
  };

  it("is not asked before that, by the last call either", async () => {
    const receiver = asking("3600");
    expect(await receiver.send()).toBe("unavailable");
    receiver.answer = () => new Response();
    for (let i = 0; i < 9; i++) {
      await receiver.runtime.advance(390_000);
      expect(await receiver.send(1000, i % 2 > 0)).toBe("not tried");
    }
    expect(receiver.requests).toBe(1);
    await receiver.runtime.advance(100_000);
    expect(await receiver.send()).toBe("200");
  });

  it("is not believed beyond an hour", async () => {
    const receiver = asking("86400");
    await receiver.send();
    receiver.answer = () => new Response();
    await receiver.runtime.advance(3_600_000);
    expect(await receiver.send()).toBe("200");
  });
});
