/** Replays arrivals through the real SDK: instances start and end, and each request goes to a random live one. */
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { type Platform, recorderOf } from "@pushmeter/sdk/adapter";
import { type Mode, wayOf } from "./modes.ts";
import { Simulation } from "./simulation.ts";

/** Instances that are alive at the same time: with lives of two minutes, about four hundred in an hour. */
const PLACES = 15;

export interface ReplayOptions {
  /** Milliseconds from the start, in order. */
  readonly arrivals: readonly number[];
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** Simulated time after the last arrival, ms. */
  readonly rest: number;
  /** Mean life of an instance, ms; lives are exponentially distributed. */
  readonly life: number;
  /** Between two pushes of an instance, ms. */
  readonly every: number;
  readonly random: () => number;
}

/** Returns the number of instances. */
export async function replay(mode: Mode, url: string, options: ReplayOptions): Promise<number> {
  const { arrivals, start, rest, life, every, random } = options;
  const simulation = new Simulation(start, random);
  const end = start + (arrivals.at(-1) ?? 0) + rest;
  const way = await wayOf(mode, url, simulation, end);
  const platform: Platform = { env: {}, waitUntil: () => {} };
  const places: { pushmeter: Pushmeter; end: number }[] = [];
  let instances = 0;

  const request = (now: number) => {
    const place = Math.floor(random() * PLACES);
    let instance = places[place];
    if (!instance || instance.end <= now) {
      instances++;
      const onError = (error: unknown) => {
        throw error;
      };
      const push = way.destination();
      const pushmeter = createPushmeter({ service: "courses", push, flush: { every }, onError }, simulation);
      instance = { pushmeter, end: now - Math.log(1 - random()) * life };
      places[place] = instance;
    }
    const recorder = recorderOf(instance.pushmeter);
    const invocation = recorder.begin("http", () => platform, {});
    if (!invocation) throw new Error("pushmeter is switched off: OTEL_SDK_DISABLED is set");
    recorder.endHttp(invocation, { method: "GET", url: "https://x/" }, { status: 200 }, () => platform);
  };
  for (const arrival of arrivals) simulation.at(start + arrival, () => request(start + arrival));
  try {
    await simulation.run(end);
  } finally {
    await way.stop();
  }
  return instances;
}
