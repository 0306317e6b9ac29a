/** Prometheus's own checker of rules, beside the Prometheus that was found. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { RuleGroup } from "../src/rules/rule.ts";

const run = promisify(execFile);

/** What fires at a time: alert name, then its severity and window or reason, in one line each. */
export interface Moment {
  readonly at: string;
  readonly firing: readonly Readonly<Record<string, string>>[];
}

export interface Scenario {
  readonly name: string;
  /** Between samples and evaluations. */
  readonly interval: string;
  /** Series to values, in promtool's notation: `0+60x120`, `_x10`. */
  readonly series: Readonly<Record<string, string>>;
  readonly moments: readonly Moment[];
}

/** @throws Error with promtool's own words. */
export async function checkRules(promtool: string, file: string): Promise<string> {
  const { stdout } = await run(promtool, ["check", "rules", file]);
  return stdout;
}

/** @throws Error with promtool's own words if something else fires than should. */
export async function testRules(
  promtool: string,
  groups: readonly RuleGroup[],
  scenario: Scenario,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-rules-"));
  try {
    await writeFile(join(folder, "rules.yaml"), stringify({ groups }, { aliasDuplicateObjects: false }));
    await writeFile(
      join(folder, "test.yaml"),
      stringify(testFile(scenario, groups), { aliasDuplicateObjects: false }),
    );
    await run(promtool, ["test", "rules", join(folder, "test.yaml")]).catch((error) => {
      throw new Error(`${error.stdout}${error.stderr}`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function testFile({ name, interval, series, moments }: Scenario, groups: readonly RuleGroup[]): object {
  return {
    rule_files: ["rules.yaml"],
    evaluation_interval: interval,
    // Else promtool's order is random, and an alert may be asked before what it reads is recorded.
    group_eval_order: groups.map((group) => group.name),
    tests: [
      {
        name,
        interval,
        input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
        promql_expr_test: moments.map(({ at, firing }) => ({
          expr: 'group without (alertstate, job) (ALERTS{alertstate="firing"})',
          eval_time: at,
          exp_samples: firing.map((labels) => ({
            labels: `{${Object.entries(labels)
              .map(([name, value]) => `${name}="${value}"`)
              .join(", ")}}`,
            value: 1,
          })),
        })),
      },
    ],
  };
}
