import { beforeAll, describe, expect, it } from "vitest";
import { labelValuesOf, readDashboards, substitute, targetsOf } from "../read/dashboards.ts";
import { COURSES, ruleGroups } from "../src/rules/groups.ts";
import { type Emitted, emitted } from "./emitted.ts";
import { selectorsOf } from "./promql.ts";

const VALUES = { __rate_interval: "1m", __range: "1h", objective: "99.9" };
/** What stands at the name's end for the variable: nothing is written `()` in a regular expression. */
const HISTOGRAM_NAMES = ["_bucket", ""];

let known: Emitted;
beforeAll(async () => {
  known = await emitted();
});

/** @param recorded - names that rules make. */
function expectEmitted(where: string, expr: string, recorded: readonly string[] = [], label = ""): void {
  const asked = HISTOGRAM_NAMES.flatMap((histograms) =>
    selectorsOf(substitute(expr, { ...VALUES, histograms })),
  );
  for (const { metric, matchers, aggregations } of asked) {
    const named = matchers.find(({ label }) => label === "__name__")?.value.split("|") ?? [];
    const metrics = metric ? [metric] : named;
    for (const name of metrics) expect([...known.keys(), ...recorded], where).toContain(name);
    const labels = metrics.flatMap((name) => [...(known.get(name) ?? [])]);
    // Whatever it is, it has a job; recorded series have what their rule leaves.
    if (!labels.length) continue;
    const asked = [...matchers.map(({ label }) => label), ...aggregations.flatMap(({ by }) => by)];
    if (label) asked.push(label);
    for (const name of asked)
      if (name !== "__name__") expect(labels, `${metrics} in ${where}`).toContain(name);
  }
}

describe("metrics and labels that are emitted, and nothing else", () => {
  it.each(readDashboards().map((dashboard) => [dashboard.title, dashboard] as const))(
    "are what the dashboard %s asks for",
    (title, dashboard) => {
      for (const { where, target } of targetsOf(dashboard)) expectEmitted(where, target.expr);
      for (const variable of dashboard.templating.list) {
        const query = labelValuesOf(variable);
        if (query) expectEmitted(`${title} › $${variable.name}`, query.selector, [], query.label);
      }
    },
  );

  it("are what the rules ask for", () => {
    const rules = ruleGroups(COURSES).flatMap(({ rules }) => rules);
    const recorded = rules.flatMap((rule) => ("record" in rule ? [rule.record] : []));
    for (const rule of rules) {
      expectEmitted("record" in rule ? rule.record : rule.alert, rule.expr, recorded);
    }
  });
});
