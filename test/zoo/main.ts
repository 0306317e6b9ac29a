/**
 * `npm run faults`: every fault schedule and 300 random ones on every receiver and wire, and one table. Exits with 1
 * if anything is wrong, with 2 if nothing is and runs are left.
 *
 * - `--receiver Mimir`, `--wire OTLP`, `--schedule twice`: only those whose name contains this.
 * - `--seeds 30`, `--seeds 101-200`: these random schedules; `--seed 7`: only this one.
 * - `--results faults.jsonl`: goes on where a command with this file has ended, with one table of all.
 * - `--minutes 10`: begins no run later than this.
 * - `--brief`: the table's sums only.
 */
import { parseArgs } from "node:util";
import { Progress } from "@pushmeter/testkit/progress";
import { findPrograms, missingPrograms } from "@pushmeter/testkit/receivers/programs";
import type { Receiver } from "@pushmeter/testkit/receivers/types";
import { type Kind, ZOO } from "@pushmeter/testkit/receivers/zoo";
import { play, WINDOW } from "./play.ts";
import { isWrong, Report } from "./report.ts";
import { Results } from "./results.ts";
import { includes, seedsOf, type Task, tasksOf } from "./tasks.ts";

/** Receivers of one kind that are played on at the same time; of those that pass on, which is mostly waiting. */
const AT_ONCE = 4;
const AT_ONCE_DELAYED = 12;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "300" },
    seed: { type: "string" },
    receiver: { type: "string", default: "" },
    schedule: { type: "string", default: "" },
    wire: { type: "string", default: "" },
    results: { type: "string" },
    minutes: { type: "string", default: "Infinity" },
    brief: { type: "boolean", default: false },
  },
});
const { seed, wire, schedule } = values;
const choice = seed
  ? { wire, schedule: "random", seeds: [Number(seed)] }
  : { wire, schedule, seeds: seedsOf(values.seeds) };

const began = Date.now();
const end = began + Number(values.minutes) * 60_000;
const programs = await findPrograms(ZOO);
const results = new Results(values.results);
const progress = new Progress(process.stdout);
let left = 0;

/** Plays what is left of a kind's runs, on several receivers at once. */
async function test(kind: Kind): Promise<void> {
  const missing = missingPrograms(kind, programs);
  if (missing.length) return progress.end(`${kind.name}: skipped, set ${missing.join(" and ")}`);
  const first = await kind.start(programs);
  const tasks = tasksOf(kind, first, choice).filter(
    ({ wire, schedule: { name } }) => !results.has({ receiver: kind.name, wire, schedule: name }),
  );
  const started = Date.now();
  const [count, most] = [tasks.length, kind.traits.delayed ? AT_ONCE_DELAYED : AT_ONCE];
  const wrong = { count: 0 };
  const say = () => {
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    return `${kind.name}: ${count - tasks.length} of ${count} runs in ${seconds} s, ${wrong.count} wrong`;
  };
  await Promise.all(
    Array.from({ length: Math.min(most, Math.max(count, 1)) }, async (_, n) => {
      const receiver = n ? await kind.start(programs) : first;
      // All runs on a receiver share its window of one hour.
      const start = Date.now() - WINDOW;
      try {
        while (tasks.length && Date.now() < end) {
          if (!(await run(kind, receiver, tasks.shift() as Task, start))) wrong.count++;
          progress.update(say());
        }
      } finally {
        await receiver.stop();
      }
    }),
  );
  left += tasks.length;
  if (count) progress.end(say());
}

/** True if nothing is wrong. */
async function run(kind: Kind, receiver: Receiver, task: Task, start: number): Promise<boolean> {
  const { wire, schedule, seed, line } = task;
  const result = { receiver: kind.name, wire, schedule: schedule.name, line };
  const title = `  ${kind.name} · ${wire} · ${schedule.name}`;
  try {
    const outcome = await play({ kind, receiver, wire, schedule, seed, start });
    results.add({ ...result, outcome });
    if (!isWrong(kind, wire, schedule.name, outcome)) return true;
    progress.end(`${title}: ${outcome.notes.join("; ")}`);
  } catch (error) {
    results.add(result);
    progress.end(`${title}: broke off: ${error instanceof Error ? error.stack : error}`);
    await receiver.restart();
  }
  return false;
}

for (const kind of ZOO) if (includes(kind.name, values.receiver)) await test(kind);
const report = new Report(results.all());
console.log(report.lines(values.brief).join("\n"));
const seconds = ((Date.now() - began) / 1000).toFixed(0);
console.log(
  `${results.all().length} runs, ${seconds} s${left ? `; ${left} are left for the next command` : ""}`,
);
process.exitCode = report.isClean ? (left ? 2 : 0) : 1;
