/** Which schedules are played on which wire of a receiver. */
import { seeded } from "@pushmeter/testkit/random";
import type { Receiver } from "@pushmeter/testkit/receivers/types";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import type { Kind } from "@pushmeter/testkit/receivers/zoo";
import { isPlayable, randomSchedule, SCHEDULES, type Schedule } from "./schedule.ts";

export interface Task {
  readonly wire: Wire;
  readonly schedule: Schedule;
  readonly seed: number;
  /** The schedule's line in the table. */
  readonly line: string;
}

export interface Choice {
  /** Part of a wire's name, and of a schedule's. */
  readonly wire: string;
  readonly schedule: string;
  /** Of the random schedules. */
  readonly seeds: readonly number[];
}

export const includes = (text: string, part: string): boolean =>
  text.toLowerCase().includes(part.toLowerCase());

/** @returns numbers from 1, `"300"`, or from the first to the last, `"101-200"`. */
export function seedsOf(text: string): number[] {
  const [first = "", last] = text.split("-");
  const [from, to] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)];
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

/** Every chosen schedule on every chosen wire, except what the receiver cannot play. */
export function tasksOf({ wires, traits }: Kind, receiver: Receiver, choice: Choice): Task[] {
  const fixed = SCHEDULES.map((schedule) => ({ schedule, seed: 1, line: schedule.name }));
  const random = choice.seeds.map((seed) => ({
    schedule: randomSchedule(seeded(seed), `seed ${seed}`),
    seed,
    line: "random schedules",
  }));
  return wires
    .filter((wire) => includes(wire, choice.wire))
    .flatMap((wire) => [...fixed, ...random].map((task) => ({ wire, ...task })))
    .filter(({ line }) => includes(line, choice.schedule))
    .filter(({ schedule }) => isPlayable(schedule, receiver, traits));
}
