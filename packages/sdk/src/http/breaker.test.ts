import { describe, expect, it } from "vitest";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Target } from "./target.ts";

/** A receiver that is up or down, and what comes to it. */
class Rig {
  readonly runtime = new FakeRuntime();
  isUp = false;
  requests = 0;
  readonly #target = new Target(
    "remoteWrite",
    {
      url: "http://receiver/",
      timeout: 1000,
      fetch: async () => {
        this.requests++;
        if (!this.isUp) throw new TypeError("connection refused");
        return new Response();
      },
    },
    this.runtime,
  );

  async send(timeout = 1000): Promise<string> {
    const answer = this.#target.send({ method: "POST", headers: {} }, timeout).then(
      ({ status }) => `${status}`,
      ({ result, message }) => (message.includes("not tried") ? "not tried" : result),
    );
    return this.runtime.until(answer);
  }
}

describe("a receiver that is down", () => {
  it("is left alone for a while after three calls, and taken back when it answers", async () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) expect(await rig.send()).toBe("unreachable");
    const before = rig.requests;
    expect([await rig.send(100), await rig.send(100), rig.requests]).toEqual([
      "not tried",
      "not tried",
      before,
    ]);

    rig.isUp = true;
    const since = rig.runtime.monotonic();
    expect(await rig.send()).toBe("200");
    expect(rig.runtime.monotonic() - since).toBeGreaterThan(100);
    const later = rig.runtime.monotonic();
    expect(await rig.send()).toBe("200");
    expect(rig.runtime.monotonic()).toBe(later);
  });

  it("is tried at least once by every call that has its whole time", async () => {
    const rig = new Rig();
    for (let i = 0; i < 20; i++) {
      const before = rig.requests;
      expect(await rig.send()).toBe("unreachable");
      expect(rig.requests).toBeGreaterThan(before);
    }
  });

  it("that answers with a refusal is not down", async () => {
    const runtime = new FakeRuntime({ fetch: async () => new Response("no", { status: 400 }) });
    const target = new Target("remoteWrite", { url: "http://receiver/" }, runtime);
    for (let i = 0; i < 10; i++) {
      expect((await runtime.until(target.send({ method: "POST", headers: {} }))).status).toBe(400);
    }
  });
});
