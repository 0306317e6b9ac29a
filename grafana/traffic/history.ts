/** Writes a stretch of the past into a Prometheus: short-lived instances that push by remote write. */
import type { Destination } from "@pushmeter/sdk";
import { type RemoteWriteOptions, remoteWrite } from "@pushmeter/sdk/remote-write";
import { Aggregator } from "./aggregator.ts";
import { Clock, type Weather } from "./clock.ts";
import { createLambda, type Lambda } from "./lambda.ts";
import { createService, type Service } from "./service.ts";
import { createTail } from "./tail.ts";
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
  /** The receiver is always there, and no version is faulty. */
  readonly calm?: boolean;
  /** Default `SERVICE`. */
  readonly service?: string;
  /** Through an aggregator with so many shards. */
  readonly shards?: number;
  readonly remoteWrite?: Omit<RemoteWriteOptions, "url">;
}

export const SERVICE = "courses";
/** What happens besides visits, and how often, ms. */
const CRON_EVERY = 45_000;
const BATCH_EVERY = 11_000;
const SCHEDULE_EVERY = 70_000;

interface Instance {
  readonly service: Service;
  /** Gets requests until then, ms since the history began. */
  readonly until: number;
}

/** From which part of the history on, 0 to 1, and for how long pushes fail: for another part, or so many ms. */
const STORMS: readonly (readonly [from: number, part: number, least: number, Weather])[] = [
  [0.42, 0.045, 110_000, "unavailable"],
  [0.7, 0.025, 20_000, "unreachable"],
];
/** What an instance has kept it pushes so long after the receiver is back, ms, and so long after its last request. */
const RECOVERY = 30_000;
const LINGER = 10_000;
/** The part where a faulty version runs. */
const FAULTY = [0.5, 0.75] as const;

/** When pushes fail in a history, milliseconds since the epoch. */
export function stormsOf({ end, minutes }: Pick<HistoryOptions, "end" | "minutes">) {
  const duration = minutes * 60_000;
  return STORMS.map(([part, length, least, weather]) => {
    const from = end - duration + part * duration;
    return { from, to: from + Math.max(length * duration, least), weather };
  });
}

export async function writeHistory(options: HistoryOptions): Promise<Truth> {
  const { url, end, minutes, rate, prefix, random, network, instances = 3, lifetime = 240 } = options;
  const { service = SERVICE, shards } = options;
  const duration = minutes * 60_000;
  const storms = options.calm ? [] : stormsOf(options);
  const truth = new Truth();
  const clock = new Clock(end - duration, prefix, random, network);
  const pushed: Promise<unknown>[] = [];
  let users = 40;

  const aggregator = shards && new Aggregator(url, service, clock, shards);
  const common = () => {
    const push: Destination = aggregator
      ? aggregator.destination()
      : remoteWrite({ url, ...options.remoteWrite }, clock);
    return {
      service,
      push,
      runtime: clock,
      random,
      work: (ms: number) => clock.pass(ms),
      truth,
      // Pushes that fail are part of the story; the panels show them.
      onError: () => truth.count("errors"),
    };
  };
  const waitUntil = (promise: Promise<unknown>) => void pushed.push(promise);
  const start = (faulty: boolean): Service => {
    truth.count("instances");
    return createService({
      ...common(),
      users: () => Math.floor(users),
      conflict: faulty,
      ...(faulty && { version: "1.5.0" }),
      waitUntil,
    });
  };
  const startLambda = (): Lambda => {
    truth.count("instances");
    return createLambda({ ...common(), settled: (invocation) => clock.until(invocation) });
  };
  truth.count("tail Workers");
  const tailed = createTail({ ...common(), waitUntil });

  const isCron = timetable(CRON_EVERY);
  const isBatch = timetable(BATCH_EVERY);
  const isSchedule = timetable(SCHEDULE_EVERY);
  const isRenewal = timetable(lifetime * 1000);
  const live: Instance[] = [];
  const retired: Instance[] = [];
  let lambda = startLambda();
  for (let elapsed = 0; elapsed < duration; elapsed = clock.monotonic()) {
    const progress = elapsed / duration;
    const now = clock.now();
    clock.weather = storms.find(({ from, to }) => now >= from && now < to)?.weather ?? "fine";
    const faulty = !options.calm && progress >= FAULTY[0] && progress < FAULTY[1];
    const isBack = !storms.some(({ from, to }) => now >= from && now < to + RECOVERY);
    for (let i = 0; i < instances; i++) {
      const old = live[i];
      if (old && elapsed < old.until) continue;
      if (old) retired.push(old);
      const age = live[i] ? 0 : (i / instances) * lifetime;
      live[i] = { service: start(faulty), until: elapsed + (lifetime - age) * 1000 };
    }
    const service = live[Math.floor(random() * instances)]?.service as Service;
    if (isCron(elapsed)) await service.cron();
    if (isBatch(elapsed)) await lambda.batch();
    if (isSchedule(elapsed)) await lambda.schedule();
    // Idle instances end once they have pushed: none takes with it what the truth has counted.
    while (isBack && retired[0] && elapsed > retired[0].until + LINGER) {
      pushed.push((retired.shift() as Instance).service.pushmeter.flush());
    }
    if (isBack && isRenewal(elapsed)) {
      await lambda.end();
      lambda = startLambda();
    }
    users += 0.02;
    // Busier and quieter, as days and hours are.
    const wave = 1 + 0.4 * Math.sin(progress * 2 * Math.PI);
    const before = clock.monotonic();
    await visit(service, random);
    tailed();
    const gap = (-Math.log(1 - random()) * 1000) / (rate * wave);
    await clock.pass(Math.max(gap - (clock.monotonic() - before), 0));
  }
  for (const { service } of retired) pushed.push(service.pushmeter.flush());
  // The last instances linger and push; an aggregator beats once more.
  await clock.pass(20_000);
  await Promise.all(pushed);
  return truth;
}

/** Says at each asking whether the next time of something regular has come. */
function timetable(every: number): (elapsed: number) => boolean {
  let next = every / 2;
  return (elapsed) => {
    const isDue = elapsed >= next;
    if (isDue) next += every;
    return isDue;
  };
}
