import { describe, expect, it } from "vitest";
import { Database, type Fragment } from "./database.ts";

const NOW = 1_800_000_000_000;
const fragment = (name: string, timestamp: number, value = 1, stale?: boolean): Fragment => ({
  name,
  labels: { job: "a" },
  samples: [{ value, timestamp, stale }],
});

describe("Database", () => {
  it("stores nothing of a push in which one sample is out of order", () => {
    const database = new Database(() => NOW);
    database.append([fragment("x", NOW)]);
    expect(() => database.append([fragment("y", NOW), fragment("x", NOW - 1)])).toThrow(
      "out of order sample: x",
    );
    expect(database.names()).toEqual(["x"]);
  });

  it("takes a repeated sample and changes nothing, and refuses another value at its time", () => {
    const database = new Database(() => NOW);
    for (let i = 0; i < 2; i++) database.append([fragment("x", NOW, 5)]);
    const [series] = database.series("x");
    expect(series?.samples.length).toBe(1);
    expect(() => database.append([fragment("x", NOW, 6)])).toThrow("duplicate sample");
  });

  it.each([NOW + 700_000, NOW - 3_700_000])("refuses a sample at %d, too far from its clock", (time) => {
    const database = new Database(() => NOW);
    database.append([fragment("x", NOW)]);
    expect(() => database.append([fragment("y", time)])).toThrow("out of bounds");
  });

  it("makes room by leaving the series that had no sample for the longest time", () => {
    const database = new Database(() => NOW, undefined, { series: 2, samples: 1000 });
    database.append([fragment("x", NOW)]);
    database.append([fragment("y", NOW)]);
    database.append([fragment("x", NOW + 1)]);
    database.append([fragment("z", NOW + 1)]);
    expect(database.names()).toEqual(["x", "z"]);
    expect(database.evicted).toBe(1);
  });

  it("keeps the newest samples of a series, as many as an hour of pushes has", () => {
    const database = new Database(() => NOW);
    for (let i = 0; i < 1000; i++) database.append([fragment("x", NOW - 1000 + i, i)]);
    const [series] = database.series("x");
    expect(series?.samples.length).toBe(720);
    expect([series?.samples.value(0), series?.samples.value(-1)]).toEqual([280, 999]);
    expect(series?.samples.until(NOW - 1000 + 500)).toBe(220);
  });

  it("keeps no more samples in all than it has room for", () => {
    const database = new Database(() => NOW, undefined, { series: 100, samples: 50 });
    for (let i = 0; i < 40; i++)
      for (const name of ["x", "y"]) database.append([fragment(name, NOW - 100 + i)]);
    const kept = [...database.series()].reduce((sum, { samples }) => sum + samples.length, 0);
    expect(kept).toBeLessThanOrEqual(50);
  });
});
