import { uncompress } from "snappyjs";
import { describe, expect, it } from "vitest";
import { answer, is2, only1, Writer } from "./writer.ts";

describe("remoteWrite, protocol auto", () => {
  it("speaks 2.0, and begins with a zero for receivers that ignore start timestamps", async () => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(5);
    await writer.push();
    await writer.push();
    expect(writer.exchanges).toEqual(["2.0.0→204", "2.0.0→204"]);
    const [{ samples = [] } = {}] = writer.receiver.series("logins_total");
    expect(samples.map(({ value, start }) => [value, start])).toEqual([
      [0, undefined],
      [5, samples[0]?.timestamp],
      [5, samples[0]?.timestamp],
    ]);
  });

  it("takes a refusal of its zero after a lost answer for what it is: delivered", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(5);
    writer.network = async (request) => {
      writer.network = writer.receiver.fetch;
      await writer.receiver.fetch(request);
      throw new TypeError("connection reset");
    };
    expect(await writer.push()).toMatchObject({ code: 0 });
    counter.add(2);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([[0, 5, 7]]);
  });

  it("2.0 sends start timestamps, metadata and a zero", async () => {
    const writer = new Writer("2.0");
    const start = writer.runtime.now();
    const counter = writer.meter.createCounter("size", { unit: "By", description: "Bytes\nread." });
    counter.add(5);
    await writer.runtime.advance(1000);
    expect(await writer.push()).toMatchObject({ code: 0 });
    counter.add(2);
    await writer.push();
    expect(writer.exchanges).toEqual(["2.0.0→204", "2.0.0→204"]);
    const [series] = writer.receiver.series("size_bytes_total");
    expect(series?.metadata).toEqual({ type: "counter", help: "Bytes\nread.", unit: "bytes" });
    expect(series?.samples.map(({ value }) => value)).toEqual([0, 5, 7]);
    for (const { start: sent = 0, timestamp } of series?.samples.slice(1) ?? []) {
      expect(sent).toBe(series?.samples[0]?.timestamp);
      expect(sent).toBeLessThan(timestamp);
      expect(Math.abs(sent - start)).toBeLessThan(60_000);
    }
  });

  it.each([415, 204, 200, 400])("falls back to 1.0 on %i without counts, and stays there", async (status) => {
    const writer = new Writer();
    writer.network = only1(writer, status);
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 3; i++) {
      counter.add(1);
      expect(await writer.push()).toMatchObject({ code: 0 });
    }
    // What was answered with 4xx may be stored: the openings go once more in a separate request.
    const requests = status < 300 ? 3 : 4;
    expect(writer.exchanges).toEqual([`2.0.0→${status}`, ...Array(requests).fill("0.1.0→204")]);
    expect(writer.samples("logins_total")).toEqual([[0, 1, 2, 3]]);
  });

  it("gets its totals to a receiver that answers 415 and stores all the same", async () => {
    const writer = new Writer();
    writer.network = async (request) => {
      const response = await writer.receiver.fetch(request);
      return is2(request) ? answer(415) : response;
    };
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 2; i++) {
      counter.add(1);
      expect(await writer.push()).toMatchObject({ code: 0 });
    }
    // The openings alone, the values alone, the second push.
    expect(writer.exchanges).toEqual(["2.0.0→415", "0.1.0→400", "0.1.0→204", "0.1.0→204"]);
    expect(writer.samples("logins_total")).toEqual([[0, 1, 2]]);
  });

  it("falls back when a receiver is replaced by an older one, without a second zero", async () => {
    const writer = new Writer();
    const counter = writer.meter.createCounter("logins");
    counter.add(1);
    await writer.push();
    writer.network = only1(writer, 415);
    counter.add(1);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([[0, 1, 2]]);
  });

  it("does not stay with 1.0 where that is not accepted either", async () => {
    const writer = new Writer();
    writer.network = async () => answer(415);
    writer.meter.createCounter("logins").add(1);
    expect(await writer.push()).toMatchObject({ code: 1, error: { status: 415 } });
    writer.network = async (request) => (is2(request) ? writer.receiver.fetch(request) : answer(415));
    expect(await writer.push()).toMatchObject({ code: 0 });
  });

  it("reports what a receiver says it has not stored, and does not call it an old one", async () => {
    const writer = new Writer();
    writer.network = async () =>
      new Response("bad label", {
        status: 400,
        headers: { "x-prometheus-remote-write-samples-written": "2" },
      });
    for (const name of ["a", "b", "c"]) writer.meter.createGauge(name).record(1);
    const { code, error } = await writer.push();
    expect(code).toBe(1);
    expect(error?.message).toMatch(/refused 1 of 3 series with 400: bad label$/);
    expect(writer.exchanges).toEqual(["2.0.0→400"]);
  });

  it("reports a shortfall of a 2xx too", async () => {
    const writer = new Writer();
    writer.network = async () =>
      new Response(null, { status: 200, headers: { "x-prometheus-remote-write-samples-written": "0" } });
    writer.meter.createCounter("a").add(1);
    expect(await writer.push()).toMatchObject({ code: 1, error: { result: "refused", status: 200 } });
  });
});

describe("a counter that began long before the receiver was back", () => {
  it("has its zero ten minutes back: further back is refused", async () => {
    const writer = new Writer("1.0");
    writer.network = async () => Promise.reject(new TypeError("connection refused"));
    writer.meter.createCounter("logins").add(5);
    await writer.push();
    await writer.runtime.advance(7_200_000);
    writer.network = writer.receiver.fetch;
    await writer.push();
    const [
      {
        samples: [zero, value],
      } = { samples: [] },
    ] = writer.receiver.series("logins_total");
    expect((value?.timestamp ?? 0) - (zero?.timestamp ?? 0)).toBe(600_000);
  });
});

describe("remoteWrite, protocol set", () => {
  it("2.0 never sends 1.0, and reports a receiver that does not understand", async () => {
    for (const status of [415, 204]) {
      const writer = new Writer("2.0");
      writer.network = only1(writer, status);
      writer.meter.createCounter("logins").add(1);
      expect(await writer.push()).toMatchObject({ code: 1, error: { result: "refused", status } });
      expect(writer.exchanges).toEqual([`2.0.0→${status}`]);
    }
  });

  it("1.0 never sends 2.0", async () => {
    const writer = new Writer("1.0");
    writer.meter.createCounter("logins").add(1);
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.exchanges).toEqual(["0.1.0→204"]);
  });
});

describe("large batches", () => {
  it("are split, each series always in the same request at one time", async () => {
    const writer = new Writer();
    const sizes: number[] = [];
    writer.network = async (request) => {
      const response = await writer.receiver.fetch(request);
      sizes.push(Number(response.headers.get("x-prometheus-remote-write-samples-written")));
      return response;
    };
    for (let n = 0; n < 5; n++) {
      const counter = writer.meter.createCounter(`logins${n}`);
      for (let i = 0; i < 1000; i++) counter.add(1, { i });
    }
    expect(await writer.push()).toMatchObject({ code: 0 });
    // Each with its zero.
    expect(sizes).toEqual([4000, 4000, 2000]);
    await writer.push();
    expect(sizes.slice(3)).toEqual([2000, 2000, 1000]);
    const times = new Set(
      writer.receiver.series().map(({ samples }) => samples.map((s) => s.timestamp).join()),
    );
    expect(times.size).toBe(1);
  });

  it("are split by the length of their labels, too", async () => {
    const writer = new Writer("1.0");
    const lengths: number[] = [];
    writer.network = async (request) => {
      lengths.push(uncompress(new Uint8Array(await request.clone().arrayBuffer())).length);
      return writer.receiver.fetch(request);
    };
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 1500; i++) counter.add(1, { path: `${i}`.padEnd(1000, "/long") });
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(1e6);
  });

  it("are split further for a receiver that answers 413, and stay so", async () => {
    const writer = new Writer();
    writer.network = async (request) => {
      const { byteLength } = await request.clone().arrayBuffer();
      return byteLength > 3000 ? answer(413) : writer.receiver.fetch(request);
    };
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 600; i++) counter.add(1, { user: `user-${(i * 7919) % 100_003}` });
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins_total")).toBe(600);
    const tooLarge = writer.exchanges.filter((exchange) => exchange.endsWith("413")).length;
    await writer.push();
    expect(writer.exchanges.filter((exchange) => exchange.endsWith("413"))).toHaveLength(tooLarge);
  });
});

describe("shutdown", () => {
  it.each(["1.0", "2.0"] as const)("ends every series with a stale marker in %s", async (protocol) => {
    const writer = new Writer(protocol);
    writer.meter.createHistogram("size").record(1);
    writer.meter.createGauge("level").record(1);
    await writer.push();
    await writer.runtime.until(writer.destination.shutdown());
    const series = writer.receiver.series();
    expect(series.length).toBeGreaterThan(5);
    for (const { samples } of series) expect(samples.at(-1)).toMatchObject({ stale: true });
  });

  it("says nothing to a receiver that has nothing", async () => {
    const writer = new Writer("1.0");
    writer.network = async () => answer(401);
    writer.meter.createCounter("logins").add(1);
    await writer.push();
    await writer.runtime.until(writer.destination.shutdown());
    expect(writer.exchanges).toEqual(["0.1.0→401"]);
  });
});
