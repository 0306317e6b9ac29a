import type { Runtime } from "@pushmeter/sdk";

/** A runtime whose clock shows the beat, so that the samples of all series and shards stand on one grid. */
export interface BeatClock extends Runtime {
  /** Milliseconds since the epoch; the heartbeat sets it before each push. */
  time: number;
}

/** @param runtime - for everything but the time of day. */
export function beatClock(runtime: Runtime): BeatClock {
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
