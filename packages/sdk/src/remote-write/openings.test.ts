import { describe, expect, it } from "vitest";
import { answer, type Network, Writer } from "./writer.ts";

/** The receiver stores the request, and says something else or nothing. */
const stored =
  (writer: Writer, status?: number): Network =>
  async (request) => {
    await writer.receiver.fetch(request);
    if (status) return answer(status);
    throw new TypeError("connection reset");
  };
const busy: Network = async () => answer(503);
const refused: Network = () => Promise.reject(new TypeError("connection refused"));

describe("the zero that a counter begins with", () => {
  it.each(["1.0", "auto"] as const)("stays where it was first sent, %s", async (protocol) => {
    const writer = new Writer(protocol);
    const counter = writer.meter.createCounter("logins");
    counter.add(100);
    let requests = 0;
    writer.network = (request) => (requests++ ? refused(request) : stored(writer)(request));
    expect(await writer.push()).toMatchObject({ code: 1 });
    await writer.runtime.advance(720_000);
    writer.network = writer.receiver.fetch;
    for (let i = 0; i < 2; i++) {
      counter.add(1);
      expect(await writer.push()).toMatchObject({ code: 0 });
    }
    expect(writer.samples("logins_total")).toEqual([[0, 100, 101, 102]]);
  });

  it("moves while every attempt is known to have failed, and the start timestamp with it", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    writer.network = refused;
    counter.add(5);
    await writer.push();
    await writer.runtime.advance(1_200_000);
    writer.network = writer.receiver.fetch;
    expect(await writer.push()).toMatchObject({ code: 0 });
    const [{ samples = [] } = {}] = writer.receiver.series("logins_total");
    expect(samples.map(({ value }) => value)).toEqual([0, 5]);
    expect((samples[1]?.timestamp ?? 0) - (samples[0]?.timestamp ?? 0)).toBe(600_000);
    expect(samples[1]?.start).toBe(samples[0]?.timestamp);
  });

  it("reaches series that were born while others' answers were lost", async () => {
    const writer = new Writer("1.0");
    const counter = writer.meter.createCounter("logins");
    counter.add(1, { n: 1 });
    let requests = 0;
    writer.network = (request) => (requests++ ? busy(request) : stored(writer, 504)(request));
    await writer.push();
    counter.add(1, { n: 2 });
    // The first one's zero is there already; what carries the second one's is not stored.
    requests = 0;
    writer.network = (request) => (requests++ ? busy(request) : writer.receiver.fetch(request));
    await writer.push();
    counter.add(1, { n: 3 });
    writer.network = writer.receiver.fetch;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total").map(([zero, ...values]) => [zero, values.at(-1)])).toEqual(
      Array(3).fill([0, 1]),
    );
  });

  it("is no reason for a report when the request was delivered twice", async () => {
    const writer = new Writer("1.0");
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 100; i++) counter.add(1, { i });
    writer.network = async (request) => {
      writer.network = writer.receiver.fetch;
      await writer.receiver.fetch(request.clone());
      return writer.receiver.fetch(request);
    };
    expect(await writer.push()).toMatchObject({ code: 0 });
    // Openings and values together, then each alone.
    expect(writer.exchanges).toEqual(["0.1.0→400", "0.1.0→400", "0.1.0→204"]);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.exchanges.slice(3)).toEqual(["0.1.0→204"]);
  });

  it.each([400, 503, 413])("never keeps a value back, though it is answered %i", async (status) => {
    const writer = new Writer("1.0");
    writer.network = stored(writer, 500);
    const counter = writer.meter.createCounter("logins");
    counter.add(1);
    await writer.push();
    // Answers requests of a single sample that is zero.
    let isOpening = false;
    const { fetch } = writer.receiver;
    writer.network = async (request) => {
      isOpening = !isOpening;
      return isOpening ? answer(status, "no zeros here") : fetch(request);
    };
    for (let i = 0; i < 3; i++) {
      counter.add(1);
      await writer.push();
    }
    expect(writer.receiver.total("logins_total")).toBe(4);
  });
});

describe("an agent, which refuses what it has although it is equal", () => {
  it("is no reason for a report after a lost answer", async () => {
    const writer = new Writer("1.0");
    const counter = writer.meter.createCounter("logins");
    const seen = new Set<string>();
    const agent: Network = async (request) => {
      const body = `${new Uint8Array(await request.clone().arrayBuffer())}`;
      const isRepeated = seen.has(body);
      seen.add(body);
      return isRepeated ? answer(400, "out of order sample") : writer.receiver.fetch(request);
    };
    counter.add(1);
    await writer.push();
    counter.add(1);
    let requests = 0;
    writer.network = async (request) => {
      const response = await agent(request);
      if (requests++) return response;
      throw new TypeError("connection reset");
    };
    expect(await writer.push()).toMatchObject({ code: 0 });
    counter.add(1);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([[0, 1, 2, 3]]);
  });
});

describe("a rate limit", () => {
  it("smaller than the request makes parts of it, and every part gets its turn", async () => {
    const writer = new Writer("1.0");
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 60; i++) counter.add(1, { i });
    let tokens = 0;
    let largest = 0;
    writer.network = async (request) => {
      const { byteLength } = await request.clone().arrayBuffer();
      largest = Math.max(largest, byteLength);
      // One small request a push.
      if (byteLength > largest / 3 || tokens-- <= 0) return answer(429, "ingestion rate limit (10) exceeded");
      return writer.receiver.fetch(request);
    };
    let pushes = 0;
    for (; pushes < 40 && writer.receiver.total("logins_total") < 60; pushes++) {
      tokens = 1;
      await writer.push();
    }
    expect(writer.receiver.total("logins_total")).toBe(60);
    expect(pushes).toBeGreaterThan(3);
  });
});
