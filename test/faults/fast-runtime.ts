/**
 * A runtime for real sockets whose deadlines, retries and pauses pass twenty times faster than they say. The
 * wall clock is the real one: a receiver refuses samples from the future.
 */
import type { Runtime } from "@pushmeter/sdk";

const SPEED = 20;

export function fastRuntime(random: () => number): Runtime {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * SPEED,
    random,
    instanceId: () => crypto.randomUUID(),
    timer(ms, callback) {
      const timer = setTimeout(callback, Math.max(ms, 0) / SPEED);
      return () => clearTimeout(timer);
    },
    fetch: (request) => fetch(request),
  };
}
