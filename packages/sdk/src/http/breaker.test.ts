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

  async send(): Promise<string> {
    const answer = this.#target.send({ method: "POST", headers: {} }).then(
      ({ status }) => `${status}`,
      ({ result, message }) => (message.includes("not tried") ? "not tried" : result),
    );
    return this.runtime.until(answer);
  }
}

describe("a receiver that is down", () => {
  it("is left alone for a while after three calls, then tried by one, and taken back when it answers", async () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) expect(await rig.send()).toBe("unreachable");
    const before = rig.requests;
    expect([await rig.send(), await rig.send(), rig.requests]).toEqual(["not tried", "not tried", before]);

    await rig.runtime.advance(5_000);
    expect([await rig.send(), await rig.send()]).toEqual(["unreachable", "not tried"]);

    rig.isUp = true;
    await rig.runtime.advance(10_000);
    expect([await rig.send(), await rig.send()]).toEqual(["200", "200"]);
  });

  it("is never left alone for longer than 30 s", async () => {
    const rig = new Rig();
    rig.runtime.randomValue = 0.1;
    for (let i = 0; i < 20; i++) {
      await rig.send();
      await rig.runtime.advance(30_000);
    }
    rig.isUp = true;
    expect(await rig.send()).toBe("200");
  });

  it("that answers with a refusal is not down", async () => {
    const runtime = new FakeRuntime({ fetch: async () => new Response("no", { status: 400 }) });
    const target = new Target("remoteWrite", { url: "http://receiver/" }, runtime);
    for (let i = 0; i < 10; i++) {
      expect((await runtime.until(target.send({ method: "POST", headers: {} }))).status).toBe(400);
    }
  });
});
