/**
 * After any faults between an instance and its receiver, the totals and the growth that are read are right. A part of
 * `npm run faults`: each receiver has one schedule and its share of 30 random ones.
 */
import { seeded } from "@pushmeter/testkit/random";
import { findPrograms, missingPrograms, type Programs } from "@pushmeter/testkit/receivers/programs";
import type { Receiver } from "@pushmeter/testkit/receivers/types";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import { ZOO } from "@pushmeter/testkit/receivers/zoo";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { play, WINDOW } from "./play.ts";
import { isWrong } from "./report.ts";
import { isPlayable, randomSchedule, SCHEDULES } from "./schedule.ts";

const SEEDS = 30;
/** `SEED` repeats one random schedule on every receiver. */
const ONLY = Number(process.env.SEED) || undefined;

let programs: Programs = {};
beforeAll(async () => {
  programs = await findPrograms(ZOO);
}, 300_000);

describe.each(ZOO.map((kind, n) => [kind.name, kind, n] as const))("%s", (_, kind, n) => {
  let receiver: Receiver | undefined;
  let stand = "";
  let start = 0;
  beforeAll(async () => {
    const missing = missingPrograms(kind, programs).join(" and ");
    if (missing) {
      stand = `set ${missing}`;
      console.info(`${kind.name}: ${stand}${kind.startDouble ? "; its double stands in" : ""}`);
    }
    receiver = missing ? await kind.startDouble?.() : await kind.start(programs);
    start = Date.now() - WINDOW;
  });
  afterAll(() => receiver?.stop());

  const test = (name: string, seed: number, find: (receiver: Receiver) => (typeof SCHEDULES)[number]) =>
    it(name, async ({ skip }) => {
      if (!receiver) return skip(stand);
      const { endpoints } = receiver;
      // A double has fewer wires.
      const wires = kind.wires.filter((wire) => endpoints[wire]);
      const wire = wires[seed % wires.length] as Wire;
      const schedule = find(receiver);
      const outcome = await play({ kind, receiver, wire, schedule, seed, start });
      const found = isWrong(kind, wire, schedule.name, outcome) ? outcome.notes : [];
      expect(found, `${wire}, ${schedule.name}`).toEqual([]);
    });

  test("a schedule of what was seen to go wrong", n, (receiver) => {
    const playable = SCHEDULES.filter((schedule) => isPlayable(schedule, receiver, kind.traits));
    // Another one for each receiver; those with limits come last in the list.
    return playable.at(receiver.tenant ? -1 - (n % 3) : (n * 5) % playable.length) as (typeof SCHEDULES)[0];
  });

  for (let seed = 1; seed <= SEEDS; seed++) {
    if (ONLY ? seed > 1 : seed % ZOO.length !== n) continue;
    const own = ONLY ?? seed;
    test(`SEED=${own}`, own, () => randomSchedule(seeded(own), `seed ${own}`));
  }
});
