import { describe, expect, it } from "vitest";
import { scheduleClock } from "./schedule-clock.ts";

describe("the clock for schedules", () => {
  /** Readings of both clocks, and what this one shows at each. */
  const shown = (...looks: readonly (readonly [wall: number, monotonic: number])[]) => {
    let [wall, monotonic] = [0, 0];
    const clock = scheduleClock({ now: () => wall, monotonic: () => monotonic });
    return looks.map((look) => {
      [wall, monotonic] = look;
      return clock();
    });
  };

  it("starts at zero and goes with both clocks", () => {
    expect(shown([5000, 70], [6000, 1070], [6500, 1570])).toEqual([0, 1000, 1500]);
  });

  it("goes on with the wall clock while the environment was frozen and the monotonic clock stood", () => {
    expect(shown([0, 0], [600_000, 0], [600_010, 10])).toEqual([0, 600_000, 600_010]);
  });

  it("goes on with the monotonic clock when the wall clock is set back or stands", () => {
    expect(shown([0, 0], [-86_400_000, 1000], [-86_400_000, 3000])).toEqual([0, 1000, 3000]);
  });

  it("notices that the environment was frozen when the monotonic clock has gone on by a millisecond, or stood", () => {
    expect(shown([0, 0], [600_000, 0.5], [600_000, 1.5])).toEqual([0, 0.5, 600_000]);
    expect(shown([0, 7], [600_000, 7])).toEqual([0, 600_000]);
  });

  it("looks at the wall clock once a millisecond at most while the monotonic clock goes on", () => {
    let looks = 0;
    let monotonic = 0;
    const clock = scheduleClock({
      now: () => ++looks,
      monotonic: () => monotonic,
    });
    for (; monotonic < 50; monotonic += 0.125) clock();
    expect(looks).toBe(50);
    expect(clock()).toBe(50);
  });

  it("never goes back", () => {
    expect(shown([0, 0], [1000, 1000], [0, 0], [500, 500])).toEqual([0, 1000, 1000, 1500]);
  });
});
