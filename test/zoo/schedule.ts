/** Fault schedules: what happens between a Worker and its receiver, round by round. A round ends with one push. */
import type { Delivery } from "@pushmeter/testkit/faulty-proxy/deliveries";
import type { Limits, Receiver, Traits } from "@pushmeter/testkit/receivers/types";

const MINUTE = 60_000;

export interface Round {
  /** Time that passes first, ms. */
  readonly idle?: number;
  /** The wall clock is set by so many ms for this round only. */
  readonly step?: number;
  /** Series that begin. */
  readonly births?: number;
  /** One more begins, with a label of so many bytes. */
  readonly longLabel?: number;
  /** What happens to the first requests. */
  readonly deliveries?: readonly Delivery[];
  /** What happens to all other requests. Default `pass`. */
  readonly rest?: Delivery;
  /** Limits from this round on, until others are given; `{}` lifts them. */
  readonly limits?: Limits;
  /** The receiver is killed and started before the push. */
  readonly restart?: boolean;
}

export interface Schedule {
  readonly name: string;
  readonly rounds: readonly Round[];
}

const schedule = (name: string, ...rounds: Round[]): Schedule => ({ name, rounds });
const calm: Round = { idle: MINUTE };

/** What was seen to go wrong once, and its neighbours. */
export const SCHEDULES: readonly Schedule[] = [
  schedule("nothing happens", { births: 2 }, calm, { ...calm, births: 1 }, calm),
  schedule("first answer lost", { births: 2, deliveries: ["lose the answer"] }, calm, { ...calm, births: 1 }),
  schedule(
    "first answer lost for good, then 12 minutes",
    { births: 2, deliveries: ["lose the answer"], rest: "refuse" },
    { idle: 12 * MINUTE },
    { ...calm, births: 1 },
  ),
  schedule(
    "an answer lost, then eight idle minutes",
    { births: 2 },
    { ...calm, births: 1, deliveries: ["lose the answer"], rest: "503" },
    { idle: 8 * MINUTE },
    calm,
  ),
  schedule("the first push arrives twice", { births: 3, deliveries: ["twice"] }, calm, calm),
  schedule(
    "every push arrives twice",
    { births: 2, rest: "twice" },
    { ...calm, births: 1, rest: "twice" },
    { ...calm, rest: "twice" },
  ),
  schedule("the first push arrives late", { births: 2, deliveries: ["late"], rest: "503" }, calm, {
    ...calm,
    births: 1,
  }),
  schedule("a push arrives late", { births: 2 }, { ...calm, births: 1, deliveries: ["late"] }, calm),
  schedule(
    "504 after storing, then 503 while series begin",
    { births: 2 },
    { ...calm, deliveries: ["store, then 504"], rest: "503" },
    { ...calm, births: 2, rest: "503" },
    { ...calm, births: 1 },
    calm,
  ),
  schedule("down for 12 minutes from the start", { births: 2, rest: "refuse" }, { idle: 12 * MINUTE }, calm),
  schedule(
    "down for 20 minutes",
    { births: 2 },
    { idle: 5 * MINUTE, births: 1, rest: "refuse" },
    { idle: 15 * MINUTE, births: 1, rest: "refuse" },
    calm,
    calm,
  ),
  schedule(
    "15 minutes between pushes",
    { births: 2 },
    { idle: 15 * MINUTE, births: 1 },
    { idle: 15 * MINUTE },
  ),
  schedule(
    "no answer in time",
    { births: 2, rest: "store, then hang" },
    calm,
    { ...calm, rest: "hang" },
    calm,
  ),
  schedule(
    "429 with Retry-After",
    { births: 2 },
    { ...calm, births: 1, rest: "429" },
    { ...calm, idle: 90_000 },
  ),
  schedule("500", { births: 2, rest: "500" }, { ...calm, births: 1, deliveries: ["500", "500"] }, calm),
  schedule("a login page", { births: 2, rest: "login page" }, { ...calm, births: 1 }, calm),
  schedule(
    "the clock is two minutes slow for once",
    { births: 2 },
    calm,
    { ...calm, step: -2 * MINUTE },
    calm,
  ),
  schedule(
    "the clock is five minutes fast for once",
    { births: 2 },
    { ...calm, births: 1, step: 5 * MINUTE },
    { ...calm, births: 1 },
    { idle: 3 * MINUTE },
  ),
  schedule(
    "the clock is a day fast for once",
    { births: 2 },
    { ...calm, births: 1, step: 1440 * MINUTE },
    { ...calm, births: 1 },
    calm,
  ),
  schedule("the receiver is killed", { births: 2 }, { ...calm, births: 1, restart: true }, calm),
  schedule(
    "the receiver is killed after an answer was lost",
    { births: 2, deliveries: ["lose the answer"], rest: "refuse" },
    { ...calm, births: 1, restart: true },
    calm,
  ),
  schedule(
    "the series limit is reached and lifted",
    { births: 1 },
    { ...calm, births: 2, limits: { series: 30 } },
    { ...calm, births: 1 },
    { ...calm, limits: {} },
    { idle: 11 * MINUTE },
    calm,
  ),
  schedule(
    "a label is too long until the limit is lifted",
    { births: 2, limits: { labelValue: 60 }, longLabel: 100 },
    calm,
    { ...calm, births: 1 },
    { ...calm, limits: {} },
    { idle: 11 * MINUTE },
    calm,
  ),
  schedule(
    "a request is larger than the burst",
    // Not lifted: rates are looked at again only every ten real seconds.
    { births: 2, limits: { rate: 10_000, burst: 50 } },
    { ...calm, births: 2 },
    calm,
  ),
];

/** Further ahead receivers take no samples, ms. */
export const FAR_AHEAD = 10 * MINUTE;

/** Whether a clock is too far ahead for once. */
export const isFarAhead = ({ rounds }: Schedule): boolean => rounds.some(({ step = 0 }) => step > FAR_AHEAD);

/** Whether only a receiver with limits can play it. */
export const needsLimits = ({ rounds }: Schedule): boolean => rounds.some(({ limits }) => limits);

/** Whether a receiver can play it, and the next one after it. */
export function isPlayable(schedule: Schedule, { tenant }: Receiver, traits: Traits): boolean {
  if (needsLimits(schedule) && !tenant) return false;
  if (traits.takesFuture && isFarAhead(schedule)) return false;
  return !schedule.rounds.some(
    ({ longLabel, restart }) =>
      (traits.cutsLabels && longLabel) ||
      // After a restart it would take nothing from before.
      (traits.window && restart),
  );
}

/** At most forty simulated minutes, so that a receiver's window of an hour holds it all. */
export function randomSchedule(random: () => number, name: string): Schedule {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(values: readonly T[]) => values[below(values.length)] as T;
  const deliveries: readonly Delivery[] = [
    "refuse",
    "500",
    "503",
    "429",
    "hang",
    "login page",
    "lose the answer",
    "lose the answer",
    "store, then 504",
    "store, then hang",
    "twice",
    "twice",
    "late",
  ];
  let left = 40 * MINUTE;
  const rounds = Array.from({ length: 5 + below(6) }, (_, n): Round => {
    const idle = Math.min(left, pick([1_000, 10_000, MINUTE, MINUTE, 3 * MINUTE, 12 * MINUTE]));
    left -= idle;
    const faulty = random() < 0.6;
    return {
      idle,
      births: n ? pick([0, 0, 1, 2]) : 2,
      ...(faulty && { deliveries: Array.from({ length: 1 + below(3) }, () => pick(deliveries)) }),
      ...(faulty && random() < 0.3 && { rest: pick(deliveries) }),
      ...(random() < 0.1 && { step: pick([-90_000, -5_000, 5_000, 90_000]) }),
      ...(random() < 0.05 && { restart: true }),
    };
  });
  return { name, rounds };
}
