/**
 * `npm run faults`: every fault schedule on every receiver and wire, 300 random schedules on every receiver, each
 * on one of its wires, and one table.
 *
 * - `--seeds 30`: so many random schedules.
 * - `--seed 7`: only the random schedule of this seed, on all wires.
 * - `--receiver Mimir`, `--wire OTLP`, `--schedule twice`: only those whose name contains this.
 * - `--quiet`: the table without what was found.
 */
import { parseArgs } from "node:util";
import { seeded } from "@pushmeter/testkit/random";
import { findPrograms, missingPrograms } from "@pushmeter/testkit/receivers/programs";
import type { Wire } from "@pushmeter/testkit/receivers/types";
import { type Kind, ZOO } from "@pushmeter/testkit/receivers/zoo";
import { play, WINDOW } from "./play.ts";
import { Report } from "./report.ts";
import { isPlayable, randomSchedule, SCHEDULES, type Schedule } from "./schedule.ts";

/** Receivers that are tested at the same time. */
const AT_ONCE = 2;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "300" },
    seed: { type: "string" },
    receiver: { type: "string", default: "" },
    schedule: { type: "string" },
    wire: { type: "string", default: "" },
    quiet: { type: "boolean", default: false },
  },
});

interface Task {
  readonly wire: Wire;
  readonly schedule: Schedule;
  readonly seed: number;
}

const includes = (text: string, part = "") => text.toLowerCase().includes(part.toLowerCase());

function tasksOf({ wires }: Kind): Task[] {
  const random = (seed: number) => randomSchedule(seeded(seed), `seed ${seed}`);
  const fixed = SCHEDULES.filter(({ name }) => includes(name, values.schedule));
  const all: Task[] = values.seed
    ? wires.map((wire) => ({ wire, schedule: random(Number(values.seed)), seed: Number(values.seed) }))
    : wires.flatMap((wire) => fixed.map((schedule) => ({ wire, schedule, seed: 1 })));
  if (!values.seed && !values.schedule) {
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      all.push({ wire: wires[seed % wires.length] as Wire, schedule: random(seed), seed });
    }
  }
  return all.filter(({ wire }) => includes(wire, values.wire));
}

const programs = await findPrograms(ZOO);
const report = new Report();

async function test(kind: Kind): Promise<void> {
  const missing = missingPrograms(kind, programs);
  if (missing.length) {
    console.log(`${kind.name}: skipped, set ${missing.join(" and ")}`);
    return;
  }
  const began = Date.now();
  const tasks = tasksOf(kind);
  let wrong = 0;
  const receiver = await kind.start(programs);
  // All runs of a receiver share its window of one hour.
  const start = Date.now() - WINDOW;
  try {
    for (const { wire, schedule, seed } of tasks) {
      if (!isPlayable(schedule, receiver, kind.traits)) continue;
      const title = `${kind.name} · ${wire} · ${schedule.name}`;
      try {
        const outcome = await play({ kind, receiver, wire, schedule, seed, start });
        if (!report.add(kind, wire, schedule.name, outcome)) continue;
        if (!values.quiet) console.log(`  ${title}: ${outcome.notes.join("; ")}`);
      } catch (error) {
        report.broke(title);
        console.log(`  ${title}: broke off`, error);
        await receiver.restart();
      }
      wrong++;
    }
    const dropped = await receiver.dropped?.();
    if (dropped) console.log(`${kind.name} says itself: ${dropped}`);
  } finally {
    await receiver.stop();
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(`${kind.name}: ${tasks.length} runs in ${seconds} s, ${wrong} of them wrong`);
}

const kinds = ZOO.filter(({ name }) => includes(name, values.receiver));
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let kind = kinds.shift(); kind; kind = kinds.shift()) await test(kind);
  }),
);
console.log(report.lines().join("\n"));
process.exitCode = report.isClean ? 0 : 1;
