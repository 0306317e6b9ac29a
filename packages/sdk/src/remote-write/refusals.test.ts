import { describe, expect, it } from "vitest";
import { allergic, answer, is2, only1, Writer } from "./rig.ts";

describe("a series that the receiver refuses", () => {
  it("takes no other down, is named, and costs one request more from then on", async () => {
    const writer = new Writer("1.0");
    writer.network = allergic(writer, "poison");
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 500; i++) counter.add(1, { user: i === 333 ? "poison" : `u${i}` });
    const { code, error } = await writer.push();
    expect(code).toBe(1);
    expect(error?.message).toMatch(/refused 1 of 500 series \(logins_total\) with 400: poisoned$/);
    expect(writer.receiver.total("logins_total")).toBe(499);
    expect(writer.samples("logins_total").every(([zero, value]) => zero === 0 && value === 1)).toBe(true);
    expect(writer.exchanges.length).toBeLessThan(20);

    const before = writer.exchanges.length;
    for (let i = 0; i < 500; i++) counter.add(1, { user: i === 333 ? "poison" : `u${i}` });
    await writer.push();
    expect(writer.exchanges.slice(before)).toEqual(["0.1.0→204", "0.1.0→400"]);

    writer.network = writer.receiver.fetch;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins_total")).toBe(1000);
  });

  it("takes no other's zero, though the fallback to 1.0 leaves open what is stored", async () => {
    const writer = new Writer();
    const poisoned = allergic(writer, "poison");
    writer.network = async (request) => (is2(request) ? answer(415) : poisoned(request));
    const counter = writer.meter.createCounter("logins");
    for (const result of ["a", "b", "poison", "c", "d"]) counter.add(5, { result });
    expect(await writer.push()).toMatchObject({ code: 1 });
    expect(writer.samples("logins_total")).toEqual(Array(4).fill([0, 5]));
  });

  it("is not looked for for ever when all are refused", async () => {
    const writer = new Writer("1.0");
    writer.network = async () => answer(400, "no");
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 1000; i++) counter.add(1, { i });
    const { error } = await writer.push();
    expect(error?.message).toMatch(/refused with 400: no$/);
    expect(writer.exchanges.length).toBeLessThan(40);
  });

  it("is found among many others of its kind, each with its own answer", async () => {
    const writer = new Writer("1.0");
    writer.network = allergic(writer, "poison");
    const counter = writer.meter.createCounter("logins");
    for (let i = 0; i < 200; i++) counter.add(1, { user: i % 10 ? `u${i}` : `poison${i}` });
    const { error } = await writer.push();
    expect(error?.message).toContain("refused 20 of 200 series");
    expect(writer.receiver.total("logins_total")).toBe(180);
  });

  it("goes with the others again once it is taken", async () => {
    const writer = new Writer();
    const refusing = allergic(writer, "poison");
    writer.network = async (request) => (is2(request) ? answer(415) : refusing(request));
    const counter = writer.meter.createCounter("logins");
    for (const user of ["a", "poison", "b"]) counter.add(1, { user });
    await writer.push();
    writer.network = only1(writer, 415);
    await writer.push();
    const before = writer.exchanges.length;
    await writer.push();
    expect(writer.exchanges.slice(before)).toEqual(["0.1.0→204"]);
  });

  it("of version 2.0 still gets its zero with the push that is taken", async () => {
    const writer = new Writer();
    writer.network = async () => {
      const headers = { "x-prometheus-remote-write-samples-written": "0" };
      return new Response("not now", { status: 400, headers });
    };
    writer.meter.createCounter("logins").add(5);
    expect(await writer.push()).toMatchObject({ code: 1 });
    writer.network = writer.receiver.fetch;
    await writer.push();
    expect(writer.samples("logins_total")).toEqual([[0, 5]]);
  });

  it("by Thanos's 409 is no other thing than by a 400", async () => {
    const writer = new Writer("1.0");
    writer.network = async (request) => {
      const text = new TextDecoder().decode(await request.clone().arrayBuffer());
      return text.includes("poison") ? answer(409, "poisoned") : writer.receiver.fetch(request);
    };
    const counter = writer.meter.createCounter("logins");
    for (const user of ["a", "poison", "b"]) counter.add(1, { user });
    await writer.push();
    expect(writer.receiver.total("logins_total")).toBe(2);
  });
});

describe("a conflict", () => {
  it("is a refusal when nothing was sent before", async () => {
    const writer = new Writer("1.0");
    writer.network = async () => answer(400, "out of order sample");
    writer.meter.createCounter("logins").add(1);
    expect(await writer.push()).toMatchObject({ code: 1, error: { result: "refused" } });
  });

  it.each([400, 409])(
    "by %i after a lost answer means delivered, even of the same sample",
    async (status) => {
      const writer = new Writer("1.0");
      writer.meter.createGauge("level").record(7);
      writer.network = async (request) => {
        writer.network = async () => answer(status, "duplicate sample for timestamp");
        await writer.receiver.fetch(request);
        throw new TypeError("connection reset");
      };
      expect(await writer.push()).toMatchObject({ code: 0 });
      expect(writer.samples("level")).toEqual([[7]]);
    },
  );

  it("is none of the zero's after a refusal in between that says nothing of what was stored", async () => {
    const writer = new Writer("1.0");
    const counter = writer.meter.createCounter("logins");
    counter.add(5);
    writer.network = async (request) => {
      if (!writer.receiver.accepted) await writer.receiver.fetch(request);
      throw new TypeError("connection reset");
    };
    expect(await writer.push()).toMatchObject({ code: 1 });
    writer.network = async () => answer(401);
    expect(await writer.push()).toMatchObject({ code: 1 });
    writer.network = writer.receiver.fetch;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.samples("logins_total")).toEqual([[0, 5, 5]]);
  });

  it("with a receiver that has taken 2.0 before is no reason for 1.0", async () => {
    const writer = new Writer();
    writer.meter.createCounter("logins").add(5);
    await writer.push();
    writer.network = async () => answer(400, "a proxy's");
    await writer.push();
    writer.network = writer.receiver.fetch;
    await writer.push();
    expect(new Set(writer.exchanges)).toEqual(new Set(["2.0.0→204", "2.0.0→400"]));
  });
});
