/** The clock for whatever schedules: intervals, leases, pauses of a breaker, Retry-After. */
import type { Runtime } from "./runtime.ts";

/** Milliseconds. `monotonic` spares a look at the monotonic clock to a caller that has just had one. */
export type ScheduleClock = (monotonic?: number) => number;

/**
 * A clock that starts at zero ms at its first look and never goes back. At each look it advances by what the wall
 * clock or the monotonic clock has advanced since the last one, whichever is more: the monotonic clock stands still
 * in a frozen environment, and the wall clock may be set back.
 *
 * While the monotonic clock goes on by less than a millisecond the wall clock is not looked at: that takes longer than all
 * else that is done here. A time in which the environment was frozen is noticed up to a millisecond later.
 */
export function scheduleClock(runtime: Pick<Runtime, "now" | "monotonic">): ScheduleClock {
  let wall: number | undefined;
  let steady = 0;
  let shown = 0;
  return (steadyNow = runtime.monotonic()) => {
    const passed = steadyNow - steady;
    if (wall !== undefined && passed > 0 && passed < 1) return shown + passed;
    const wallNow = runtime.now();
    if (wall !== undefined) shown += Math.max(wallNow - wall, passed, 0);
    wall = wallNow;
    steady = steadyNow;
    return shown;
  };
}
