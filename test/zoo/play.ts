import { seeded } from "@pushmeter/testkit/random";
import type { Receiver } from "@pushmeter/testkit/receivers/types";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import type { Kind } from "@pushmeter/testkit/receivers/zoo";
import { type Outcome, run } from "./run.ts";
import { needsLimits, type Schedule } from "./schedule.ts";

export interface Play {
  readonly kind: Kind;
  readonly receiver: Receiver;
  readonly wire: Wire;
  readonly schedule: Schedule;
  /** Of what is random besides the schedule. */
  readonly seed: number;
  /** The wall clock's first time. */
  readonly start: number;
}

/** How far a schedule sets the clock back at most, ms. */
const SLOWEST = 130_000;

/** What a schedule takes at most, with its recovery, ms. */
export const WINDOW = 57 * 60_000;

let services = 0;

/** Plays a schedule under a service name that is new, with limits in a tenant that is new, too. */
export async function play({ kind, receiver, wire, schedule, seed, start }: Play): Promise<Outcome> {
  const service = `zoo-${++services}`;
  const target = (needsLimits(schedule) && receiver.tenant?.(service)) || receiver;
  const { traits } = kind;
  // A receiver with a shorter window gets the same schedule from now on, faster.
  const { window = WINDOW } = traits;
  const pace = window / WINDOW;
  return run({
    receiver: target,
    traits,
    wire,
    schedule,
    service,
    start: pace === 1 ? start : Date.now() + SLOWEST,
    pace,
    random: seeded(seed),
  });
}
