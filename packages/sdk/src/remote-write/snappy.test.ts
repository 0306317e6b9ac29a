import { seeded } from "@pushmeter/testkit/random";
import { uncompress } from "snappyjs";
import { describe, expect, it } from "vitest";
import { snappy } from "./snappy.ts";

describe("snappy", () => {
  it.each([
    ["nothing", new Uint8Array()],
    ["less than a match", new Uint8Array([1, 2, 3])],
    ["one long run", new Uint8Array(200_000)],
    [
      "a period longer than a copy reaches",
      Uint8Array.from({ length: 300_000 }, (_, i) => (i % 70_000) % 251),
    ],
  ])("of %s is read back by another implementation", (_, input) => {
    expect(uncompress(snappy(input))).toEqual(input);
  });

  it("of anything is read back by another implementation", () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`seed ${seed}`);
    const next = seeded(seed);
    for (let round = 0; round < 500; round++) {
      const length = Math.floor(next() * (round % 50 ? 3000 : 150_000));
      const letters = 1 + Math.floor(next() ** 3 * 256);
      const input = Uint8Array.from({ length }, () => next() * letters);
      const output = snappy(input);
      expect(uncompress(output), `round ${round}`).toEqual(input);
      expect(output.length).toBeLessThanOrEqual(32 + length + Math.ceil(length / 6));
    }
  });

  it("makes a batch of series much smaller", () => {
    const line = (i: number) =>
      `http_server_request_duration_seconds_bucket{route="/c/${i % 17}",le="${i % 15}"}`;
    const input = new TextEncoder().encode(Array.from({ length: 1000 }, (_, i) => line(i)).join("\n"));
    expect(snappy(input).length).toBeLessThan(input.length / 10);
  });
});
