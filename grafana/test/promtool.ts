/** Prometheus's own checker of rules, beside the Prometheus that was found. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { RuleGroup } from "../src/rules/rule.ts";

const run = promisify(execFile);

/** What fires at a time. */
interface Moment {
  readonly at: string;
  /** Alert names and severities. */
  readonly firing: readonly (readonly [alert: string, severity: "page" | "ticket"])[];
}

export interface Scenario {
  readonly name: string;
  /** Between samples, and evaluations unless `every` says otherwise. */
  readonly interval: string;
  readonly every?: string;
  /** Series to values, in promtool's notation: `0+60x120`, `_x10`. */
  readonly series: Readonly<Record<string, string>>;
  readonly moments: readonly Moment[];
}

/** @throws Error with promtool's own words. */
export async function checkRules(promtool: string, file: string): Promise<string> {
  const { stdout } = await run(promtool, ["check", "rules", file]);
  return stdout;
}

/** A file of promtool's own kind. @throws Error with promtool's own words if a test of it fails. */
export async function runTests(promtool: string, file: string): Promise<void> {
  await run(promtool, ["test", "rules", file]).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
}

/**
 * Runs scenarios with equal intervals in one call of promtool, each under its own `job`: evaluating the rules takes
 * most of the time, and a call evaluates them once for all scenarios.
 *
 * @param groups - the rules, with the objectives of these jobs.
 * @returns for each scenario that failed, promtool's output about it.
 */
export async function testRules(
  promtool: string,
  groups: readonly RuleGroup[],
  scenarios: readonly Scenario[],
): Promise<Map<Scenario, string>> {
  const [{ interval, every } = { interval: "", every: "" }] = scenarios;
  const series = scenarios.flatMap((scenario) =>
    Object.entries(scenario.series).map(([series, values]) => {
      return [series.replace(/job="[^"]*"/, `job="${jobOf(scenario)}"`), values] as const;
    }),
  );
  const questions = scenarios.flatMap((scenario) =>
    scenario.moments.map(({ at, firing }) => ({
      expr: `group by (alertname, severity) (ALERTS{alertstate="firing", job="${jobOf(scenario)}"})`,
      at,
      answers: firing.map(([alertname, severity]) => [{ alertname, severity }, 1] as const),
    })),
  );
  const all = { name: "timelines", interval, ...(every && { every }), series: Object.fromEntries(series) };
  const words = await testAnswers(promtool, { ...all, questions }, groups).then(
    () => "",
    (error: Error) => error.message,
  );
  const wrong = new Map<Scenario, string>();
  for (const scenario of scenarios) {
    const own = words.split(/(?=expr: )/).filter((part) => part.includes(`job=\\"${jobOf(scenario)}\\"`));
    if (own.length) wrong.set(scenario, own.join(""));
  }
  if (words && !wrong.size) throw new Error(words);
  return wrong;
}

/** A label's value that names the scenario. */
export function jobOf({ name }: Pick<Scenario, "name">): string {
  return name.replace(/\W+/g, "-");
}

/** What is asked of the series, and when; and the answers, by their labels. */
export interface Questions extends Omit<Scenario, "moments"> {
  readonly questions: readonly {
    readonly expr: string;
    readonly at: string;
    readonly answers: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
  }[];
}

/** @throws Error with promtool's own words if an answer is another. */
export async function testAnswers(
  promtool: string,
  questions: Questions,
  groups: readonly RuleGroup[] = [],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-rules-"));
  const write = (name: string, content: object) =>
    writeFile(join(folder, name), stringify(content, { aliasDuplicateObjects: false }));
  try {
    await write("rules.yaml", { groups });
    await write("test.yaml", testFile(questions, groups));
    await runTests(promtool, join(folder, "test.yaml"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function testFile(
  { name, interval, every = interval, series, questions }: Questions,
  groups: readonly RuleGroup[],
): object {
  return {
    rule_files: ["rules.yaml"],
    evaluation_interval: every,
    // Else promtool's order is random, and an alert may be asked before what it reads is recorded.
    group_eval_order: groups.map((group) => group.name),
    tests: [
      {
        name,
        interval,
        input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
        promql_expr_test: questions.map(({ expr, at, answers }) => ({
          expr,
          eval_time: at,
          exp_samples: answers.map(([labels, value]) => ({ labels: selector(labels), value })),
        })),
      },
    ],
  };
}

function selector(labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return `{${matchers.join(", ")}}`;
}
