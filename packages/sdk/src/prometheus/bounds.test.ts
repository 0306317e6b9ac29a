import { describe, expect, it } from "vitest";
import { bound } from "./bounds.ts";

describe("bound", () => {
  // Read off Prometheus 3.5.3 after it scraped these buckets.
  it.each([
    [0, "0.0"],
    [1, "1.0"],
    [0.005, "0.005"],
    [2.5, "2.5"],
    [-10, "-10.0"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [999_999, "999999.0"],
    [1_000_000, "1e+06"],
    [1_048_576, "1.048576e+06"],
    [1e21, "1e+21"],
    [Infinity, "+Inf"],
    [undefined, "+Inf"],
  ])("%s is %s, as Prometheus 3 stores what it scrapes", (value, label) => {
    expect(bound(value)).toBe(label);
  });
});
