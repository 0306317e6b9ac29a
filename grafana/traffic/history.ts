/** Writes a stretch of the past into a Prometheus: short-lived instances that push by remote write. */
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Clock, type Weather } from "./clock.ts";
import { createService, type Service } from "./service.ts";
import { Truth } from "./truth.ts";
import { visit } from "./visits.ts";

export interface HistoryOptions {
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly end: number;
  readonly minutes: number;
  /** Visits per second. */
  readonly rate: number;
  /** Of instance ids. */
  readonly prefix: string;
  readonly random: () => number;
  /** Default: the real network. */
  readonly network?: (request: Request) => Promise<Response>;
  /** Instances at a time, and how long each lives, seconds. */
  readonly instances?: number;
  readonly lifetime?: number;
}

export const SERVICE = "courses";
const CRON_EVERY = 45_000;

/** The part of the history, 0 to 1, where pushes fail, and where a faulty version runs. */
const STORMS: readonly (readonly [from: number, to: number, Weather])[] = [
  [0.42, 0.47, "unavailable"],
  [0.7, 0.72, "unreachable"],
];
const FAULTY = [0.5, 0.75] as const;

export async function writeHistory(options: HistoryOptions): Promise<Truth> {
  const { url, end, minutes, rate, prefix, random, network, instances = 3, lifetime = 240 } = options;
  const duration = minutes * 60_000;
  const truth = new Truth();
  const clock = new Clock(end - duration, prefix, random, network);
  const pushed: Promise<unknown>[] = [];
  let users = 40;

  const start = (faulty: boolean): Service => {
    truth.count("instances");
    return createService({
      service: SERVICE,
      push: remoteWrite({ url }, clock),
      runtime: clock,
      random,
      work: (ms) => clock.pass(ms),
      truth,
      users: () => Math.floor(users),
      conflict: faulty,
      waitUntil: (promise) => void pushed.push(promise),
      // Pushes that fail are part of the story; the panels show them.
      onError: () => truth.count("errors"),
    });
  };

  const live: { readonly service: Service; readonly until: number }[] = [];
  let nextCron = CRON_EVERY / 2;
  for (let elapsed = 0; elapsed < duration; elapsed = clock.monotonic()) {
    const progress = elapsed / duration;
    clock.weather = STORMS.find(([from, to]) => progress >= from && progress < to)?.[2] ?? "fine";
    const faulty = progress >= FAULTY[0] && progress < FAULTY[1];
    for (let i = 0; i < instances; i++) {
      if (live[i] && elapsed < (live[i]?.until ?? 0)) continue;
      const age = live[i] ? 0 : (i / instances) * lifetime;
      live[i] = { service: start(faulty), until: elapsed + (lifetime - age) * 1000 };
    }
    const service = live[Math.floor(random() * instances)]?.service as Service;
    if (elapsed >= nextCron) {
      nextCron += CRON_EVERY;
      await service.cron();
    }
    users += 0.02;
    // Busier and quieter, as days and hours are.
    const wave = 1 + 0.4 * Math.sin(progress * 2 * Math.PI);
    const before = clock.monotonic();
    await visit(service, random);
    const gap = (-Math.log(1 - random()) * 1000) / (rate * wave);
    await clock.pass(Math.max(gap - (clock.monotonic() - before), 0));
  }
  // The last instances linger and push.
  await clock.pass(20_000);
  await Promise.all(pushed);
  return truth;
}
