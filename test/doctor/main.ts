/**
 * `npm run doctor:table`: `pushmeter doctor` against every receiver that is set up wrongly and every healthy one, as
 * a table. Ends with 1 if it finds the wrong thing.
 */
import { findPrograms, missingPrograms, type Programs } from "@pushmeter/testkit/receivers/programs";
import { ZOO } from "@pushmeter/testkit/receivers/zoo";
import { healthySetUp } from "./healthy.ts";
import { HEALTHY_PROJECTS, PROJECTS, start as startProject } from "./projects.ts";
import { BROKEN } from "./receivers.ts";
import { runDoctor, type SetUp, type Verdict } from "./run.ts";

const only = process.argv[2];
const programs = await findPrograms([...BROKEN, ...ZOO]);
const isAsked = (title: string) => !only || title.includes(only);
let wrong = 0;
let skipped = 0;

console.log("## Set up wrongly\n\n| set-up | finding | fix |\n| --- | --- | --- |");
for (const { title, code, fix, programs: needs, start } of BROKEN) {
  if (!isAsked(title) || isMissing(title, { programs: needs })) continue;
  await judge(title, () => start(programs as Required<Programs>), code, fix);
}
for (const project of PROJECTS) {
  const { title, code, fix } = project;
  if (isAsked(title)) await judge(title, () => startProject(project), code, fix);
}

console.log("\n## Healthy\n\n| receiver | wire | findings |\n| --- | --- | --- |");
for (const [title, project] of Object.entries(HEALTHY_PROJECTS)) {
  if (!isAsked(title)) continue;
  const setUp = await startProject(project);
  try {
    tell(title, "", await runDoctor(setUp));
  } finally {
    await setUp.stop?.();
  }
}
for (const kind of ZOO) {
  if (!isAsked(kind.name) || isMissing(kind.name, kind)) continue;
  const receiver = await kind.start(programs);
  try {
    for (const wire of kind.wires) {
      const setUp = healthySetUp(kind, receiver, wire);
      if (!setUp) continue;
      tell(kind.name, wire, await runDoctor(setUp));
    }
  } finally {
    await receiver.stop();
  }
}

console.log(`\n${wrong ? `${wrong} wrong` : "all right"}${skipped ? `, ${skipped} skipped` : ""}`);
process.exitCode = wrong ? 1 : 0;

async function judge(title: string, start: () => Promise<SetUp>, code: string, fix: RegExp): Promise<void> {
  const setUp = await start();
  try {
    const { findings, status } = await runDoctor(setUp);
    const [found, ...others] = findings;
    const isRight = status === 1 && found?.code === code && fix.test(found.fix) && !others.length;
    if (!isRight) wrong++;
    const told = findings.map((one) => `${one.code}: ${one.problem}`).join("; ") || "none";
    console.log(
      `| ${title} | ${isRight ? "" : `✗ (wanted ${code}) `}${told} | ${findings.map((one) => one.fix).join("; ")} |`,
    );
  } finally {
    await setUp.stop?.();
  }
}

function tell(title: string, wire: string, { findings, facts }: Verdict): void {
  if (findings.length) wrong++;
  const found = findings.map(({ code, problem }) => `✗ ${code}: ${problem}`).join(", ") || "none";
  console.log(`| ${title} | ${wire} | ${found} |`);
  if (only) console.log(facts);
}

function isMissing(title: string, needs: Parameters<typeof missingPrograms>[0]): boolean {
  const missing = missingPrograms(needs, programs);
  if (!missing.length) return false;
  skipped++;
  console.log(`| ${title} | skipped: set ${missing.join(" and ")} | |`);
  return true;
}
