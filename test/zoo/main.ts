/**
 * `npm run faults`: every fault schedule and 300 random ones over all real receivers, and one table.
 *
 * - `--seeds 30`: so many random schedules on each receiver and wire.
 * - `--seed 7`: only the random schedule of this seed.
 * - `--receiver Mimir`: only receivers whose name contains this.
 * - `--schedule twice`: only fixed schedules whose name contains this.
 * - `--quiet`: the table without what was found.
 */
import { parseArgs } from "node:util";
import { findPrograms } from "@pushmeter/testkit/receivers/programs";
import { ZOO } from "@pushmeter/testkit/receivers/zoo";
import { play } from "./play.ts";
import { Report } from "./report.ts";
import { needsLimits, randomSchedule, SCHEDULES } from "./schedule.ts";
import { seeded } from "@pushmeter/testkit/random";

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

const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());
const programs = findPrograms();
const report = new Report();
const seeds = values.seed
  ? [Number(values.seed)]
  : values.schedule !== undefined
    ? []
    : Array.from({ length: Number(values.seeds) }, (_, n) => n + 1);
const fixed = values.seed
  ? []
  : SCHEDULES.filter(({ name }) => includes(name, values.schedule ?? ""));

for (const kind of ZOO.filter(({ name }) => includes(name, values.receiver))) {
  const missing = kind.programs.filter((name) => !programs[name]);
  if (missing.length) {
    console.log(`${kind.name}: skipped, set ${missing.join(" and ")}`);
    continue;
  }
  const receiver = await kind.start(programs as Record<string, string>);
  // All runs of a receiver share its window of one hour.
  const start = Date.now() - 57 * 60_000;
  try {
    for (const wire of kind.wires.filter((wire) => includes(wire, values.wire))) {
      const began = Date.now();
      const random = seeds.map((seed) => ({ seed, ...randomSchedule(seeded(seed), `seed ${seed}`) }));
      for (const { seed, ...schedule } of [...fixed.map((one) => ({ seed: 1, ...one })), ...random]) {
        if (needsLimits(schedule) && !receiver.tenant) continue;
        const outcome = await play({ kind, receiver, wire, schedule, seed, start });
        const wrong = report.add(kind, wire, schedule.name, outcome);
        if (wrong && !values.quiet) {
          console.log(`  ${kind.name} · ${wire} · ${schedule.name}: ${outcome.notes.join("; ")}`);
        }
      }
      console.log(`${kind.name} · ${wire}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
    }
  } finally {
    await receiver.stop();
  }
}
console.log(report.lines().join("\n"));
process.exitCode = report.isClean ? 0 : 1;
