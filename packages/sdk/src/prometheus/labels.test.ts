import type { Attributes } from "@opentelemetry/api";
import { seeded } from "@pushmeter/testkit/random";
import { describe, expect, it } from "vitest";
import { labelsOf } from "./labels.ts";

const bytes = (text = "") => new TextEncoder().encode(text).length;

describe("labelsOf", () => {
  it("cuts values at 1,024 bytes of UTF-8 and between code points (they were 3,072 bytes, joined ones 6,145)", () => {
    for (const [letter, kept] of [
      ["x", 1024],
      ["ü", 512],
      ["東", 341],
      ["😀", 256],
      ["\ud800", 341],
    ] as const) {
      const { text = "" } = labelsOf({ text: letter.repeat(1024) });
      expect([bytes(text) <= 1024, [...text].length]).toEqual([true, kept]);
      expect(text.isWellFormed()).toBe(true);
    }
    const { a_b = "" } = labelsOf({ "a.b": "東".repeat(1024), a_b: "京".repeat(1024) });
    expect(bytes(a_b)).toBeLessThanOrEqual(1024);
    expect(labelsOf({ text: "x".repeat(1024) }).text).toHaveLength(1024);
  });

  it("cuts names at 1,024 bytes, also those that get a prefix", () => {
    for (const key of ["k".repeat(5000), "1".repeat(5000), "é".repeat(5000)]) {
      const [name = ""] = Object.keys(labelsOf({ [key]: "x" }));
      expect(bytes(name)).toBeLessThanOrEqual(1024);
    }
  });

  it("leaves out what cannot be written, and never throws", () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const hostile = {
      function: () => {},
      symbol: Symbol("x"),
      bigint: 5n,
      cyclic,
      json: { toJSON: () => undefined },
      throws: {
        toJSON() {
          throw new Error("toJSON");
        },
      },
      nothing: undefined,
      null: null,
      kept: 1,
    };
    expect(labelsOf(hostile as unknown as Attributes)).toEqual({ kept: "1" });
  });

  it("are bounded for random attributes", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.info(`seed ${seed}`);
    const random = seeded(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const text = () =>
      String.fromCharCode(...Array.from({ length: below(3000) }, () => below(random() < 0.5 ? 128 : 65_536)));
    for (let i = 0; i < 300; i++) {
      const attributes = Object.fromEntries(Array.from({ length: below(5) }, () => [text(), text()]));
      for (const [name, value] of Object.entries(labelsOf(attributes))) {
        expect([bytes(name) <= 1024, bytes(value) <= 1024, value.isWellFormed()]).toEqual([true, true, true]);
        expect(name).toMatch(/^[a-zA-Z_]\w*$/);
      }
    }
  });
});
