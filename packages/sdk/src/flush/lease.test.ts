import { describe, expect, it } from "vitest";
import { Lease } from "./lease.ts";

describe("Lease", () => {
  it("is held by one at a time", () => {
    const lease = new Lease();
    expect(lease.take(0, 100)).toBeDefined();
    expect(lease.take(50, 100)).toBeUndefined();
  });

  it("is free again at its expiry, although its holder never released it", () => {
    const lease = new Lease();
    lease.take(0, 100);
    expect(lease.take(99, 100)).toBeUndefined();
    expect(lease.take(100, 100)).toBeDefined();
  });

  it("is not taken from the next holder by a late release or renewal of the last", () => {
    const lease = new Lease();
    const late = lease.take(0, 100) as symbol;
    lease.take(100, 100);
    lease.release(late);
    expect(lease.renew(late, 150, 1000)).toBe(false);
    expect(lease.held(150)).toBe(true);
    expect(lease.held(200)).toBe(false);
  });
});
