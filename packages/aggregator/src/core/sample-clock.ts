import type { Runtime } from "@pushmeter/sdk";

/** A runtime whose `now()` is the heartbeat's time, so that all series of all shards have the same sample times. */
export interface SampleClock extends Runtime {
  /** Milliseconds since the epoch. The heartbeat sets it before each push. */
  time: number;
}

/** @param runtime - for everything except the time of day. */
export function sampleClock(runtime: Runtime): SampleClock {
  return {
    time: 0,
    now() {
      return this.time;
    },
    monotonic: () => runtime.monotonic(),
    random: () => runtime.random(),
    instanceId: () => runtime.instanceId(),
    timer: (ms, callback, background) => runtime.timer(ms, callback, background),
    fetch: (request) => runtime.fetch(request),
  };
}
