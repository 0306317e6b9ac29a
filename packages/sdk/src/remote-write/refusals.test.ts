import { describe, expect, it } from "vitest";
import { allergic, answer, is2, Writer } from "./writer.ts";

describe("a series that the receiver refuses", () => {
  /** Pushes until there is nothing new to tell; requests of each push stay bounded. */
  const settle = async (writer: Writer) => {
    const errors: string[] = [];
    for (let pushes = 0; pushes < 20; pushes++) {
      const before = writer.exchanges.length;
      const { error, dropped, isTold } = await writer.push();
      expect(writer.exchanges.length - before).toBeLessThanOrEqual(10);
      if (!error || isTold) return { errors, dropped };
      errors.push(error.message);
    }
    throw new Error(`not settled: ${errors}`);
  };
  const logins = (writer: Writer, users: readonly string[]) => {
    const counter = writer.meter.createCounter("logins");
    for (const user of users) counter.add(1, { user });
  };
  const users = Array.from({ length: 500 }, (_, i) => (i === 333 ? "poison" : `u${i}`));

  it("takes no other down, is told once by its name, and is left alone from then on", async () => {
    const writer = new Writer("1.0");
    writer.network = allergic(writer, "poison");
    logins(writer, users);
    const { errors, dropped } = await settle(writer);
    expect(errors.filter((error) => !error.includes("some of 500 series"))).toEqual([
      expect.stringMatching(/refused 1 of 500 series \(logins_total\) with 400: poisoned$/),
    ]);
    expect(dropped).toEqual(new Map([["refused", 1]]));
    expect(writer.receiver.total("logins_total")).toBe(499);
    expect(writer.samples("logins_total").every(([zero, value]) => zero === 0 && value === 1)).toBe(true);

    const before = writer.exchanges.length;
    logins(writer, users);
    // Not all is stored, but that has been told.
    expect(await writer.push()).toMatchObject({ code: 1, isTold: true, dropped: new Map([["refused", 1]]) });
    expect(writer.exchanges.slice(before)).toEqual(["0.1.0→204"]);
    expect(writer.receiver.total("logins_total")).toBe(998);
  });

  it("is tried again now and then, and begins with a zero once it is taken", async () => {
    const writer = new Writer("1.0");
    writer.network = allergic(writer, "poison");
    logins(writer, users);
    await settle(writer);
    let refused = 0;
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await writer.runtime.advance(300_000);
      const before = writer.exchanges.length;
      expect(await writer.push()).toMatchObject({ code: 1, error: { result: "refused" } });
      refused += writer.exchanges.slice(before).filter((each) => each.endsWith("400")).length;
    }
    expect(refused).toBeGreaterThan(3);
    // With its zero, the zero alone, the value alone.
    expect(refused).toBeLessThan(3 * 9);

    writer.network = writer.receiver.fetch;
    await writer.runtime.advance(600_000);
    expect(await writer.push()).toMatchObject({ code: 0, dropped: new Map() });
    expect(writer.receiver.total("logins_total")).toBe(500);
    expect(writer.samples("logins_total").every(([zero]) => zero === 0)).toBe(true);
  });

  it("takes no other's zero, though the fallback to 1.0 leaves open what is stored", async () => {
    const writer = new Writer();
    const poisoned = allergic(writer, "poison");
    writer.network = async (request) => (is2(request) ? answer(415) : poisoned(request));
    logins(writer, ["a", "b", "poison", "c", "d"]);
    await settle(writer);
    const samples = writer.samples("logins_total");
    expect(samples).toHaveLength(4);
    for (const [zero, ...values] of samples) expect([zero, new Set(values)]).toEqual([0, new Set([1])]);
  });

  it("is not looked for when all are refused", async () => {
    const writer = new Writer("1.0");
    writer.network = async () => answer(400, "no");
    logins(writer, users);
    for (let push = 0; push < 16; push++) {
      const before = writer.exchanges.length;
      const { error } = await writer.push();
      expect(error?.message).toMatch(/refused .*with 400: no$/);
      expect(writer.exchanges.length - before).toBeLessThanOrEqual(10);
      // Openings and values, each alone.
      if (push > 10) expect(writer.exchanges.length - before).toBeLessThanOrEqual(3);
    }
    writer.network = writer.receiver.fetch;
    expect(await writer.push()).toMatchObject({ code: 0 });
    expect(writer.receiver.total("logins_total")).toBe(500);
  });

  it("is found among many others of its kind", async () => {
    const writer = new Writer("1.0");
    writer.network = allergic(writer, "poison");
    logins(
      writer,
      users.slice(0, 200).map((user, i) => (i % 40 ? user : `poison${i}`)),
    );
    const { dropped } = await settle(writer);
    expect(dropped).toEqual(new Map([["refused", 5]]));
    expect(writer.receiver.total("logins_total")).toBe(195);
  });

  const LINE: Record<string, (series: string, user: string) => string> = {
    "Prometheus, 2.0": (_, user) =>
      `out of bounds for series {__name__="logins_total", instance="i-1", job="courses", user="${user}"}`,
    Mimir: (series) =>
      `received a series whose label value length of 3000 exceeds the limit of 2048, label: 'user', value: 'po' (truncated) series: '${series.slice(0, 60)}' (err-mimir-label-value-too-long)`,
    Cortex: (series) =>
      `label value too long for metric (actual: 3000, limit: 2048) metric: ${JSON.stringify(series.slice(0, 60))} label name: "user" label value: "po"`,
  };
  it.each(Object.keys(LINE))("is not looked for when the answer names it as %s does", async (kind) => {
    const writer = new Writer("1.0");
    const user = `poison "quoted" ${"x".repeat(50)}`;
    const series = `logins_total{instance="i-1", job="courses", user="${user}"}`;
    const line = LINE[kind]?.(series, user).replace("out of bounds", "invalid") ?? "";
    writer.network = allergic(writer, "poison", line);
    logins(writer, [...users.filter((each) => each !== "poison"), user]);
    const { error } = await writer.push();
    expect(error?.message).toContain("refused 1 of 500 series (logins_total)");
    expect(writer.receiver.total("logins_total")).toBe(499);
    expect(writer.exchanges.length).toBeLessThanOrEqual(5);
    expect(await writer.push()).toMatchObject({ isTold: true });
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
    const refusing = allergic(writer, "poison");
    writer.network = async (request) => {
      const { status } = await refusing(request);
      return answer(status === 400 ? 409 : status, status === 400 ? "poisoned" : "");
    };
    logins(writer, ["a", "poison", "b"]);
    await settle(writer);
    expect(writer.receiver.total("logins_total")).toBe(2);
  });
});

describe("a conflict", () => {
  it("is a refusal when nothing was sent before", async () => {
    const writer = new Writer("1.0");
    writer.network = async () => answer(400, "out of order sample");
    writer.meter.createGauge("level").record(1);
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

  it("does not concern the zero after a refusal in between that says nothing of what was stored", async () => {
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
