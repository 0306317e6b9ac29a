import { beforeAll, describe, expect, it, vi } from "vitest";
import { objectives } from "../examples/courses/slo.ts";
import {
  EVERYTHING,
  labelValuesOf,
  queryResultOf,
  readDashboards,
  substitute,
  targetsOf,
  windows,
} from "../read/dashboards.ts";
import { RULE_DIALECTS } from "../src/files.ts";
import { PUSH_TIME } from "../src/names.ts";
import { DIALECTS } from "../src/query/dialect.ts";
import { objectiveGroups, sharedGroups } from "../src/rules/groups.ts";
import { type Emitted, emitted } from "./emitted.ts";
import { selectorsOf } from "./promql.ts";

const VALUES = { ...EVERYTHING, ...windows(60, 3600) };

const rules = RULE_DIALECTS.flatMap((dialect) => [
  ...sharedGroups(dialect),
  ...objectiveGroups(dialect, "courses", objectives),
]).flatMap((group) => group.rules);
const recorded = new Set(rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])));

let known: Emitted;
beforeAll(async () => {
  // An aggregator in trouble says so.
  for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  known = await emitted();
});

function expectEmitted(where: string, expr: string, label = ""): void {
  const asked = selectorsOf(substitute(expr, VALUES));
  for (const { metric, matchers, aggregations } of asked) {
    const named = matchers.find(({ label }) => label === "__name__")?.value.split("|") ?? [];
    // A pattern stands for whatever there is.
    const metrics = metric ? [metric] : named.filter((name) => /^\w+$/.test(name));
    for (const name of metrics) expect([...known.keys(), ...recorded], where).toContain(name);
    const labels = metrics.flatMap((name) => [...(known.get(name) ?? [])]);
    // Whatever it is, it has a job; recorded series have what their rule leaves.
    if (!labels.length) continue;
    // The time of a push only says which series are a Pushgateway's.
    const by = metric === PUSH_TIME ? [] : aggregations.flatMap(({ by }) => by);
    const asked = [...matchers.map(({ label }) => label), ...by];
    if (label) asked.push(label);
    for (const name of asked)
      if (name !== "__name__") expect(labels, `${metrics} in ${where}`).toContain(name);
  }
}

describe("metrics and labels that are emitted, and nothing else", () => {
  it.each(
    DIALECTS.flatMap(({ name }) =>
      readDashboards(name).map((dashboard) => [`${dashboard.title}, ${name}`, dashboard] as const),
    ),
  )("are what the dashboard %s asks for", (title, dashboard) => {
    for (const { where, target } of targetsOf(dashboard)) expectEmitted(where, target.expr);
    for (const variable of dashboard.templating.list) {
      const query = labelValuesOf(variable);
      if (query) expectEmitted(`${title} › $${variable.name}`, query.selector, query.label);
      const result = queryResultOf(variable);
      if (result) expectEmitted(`${title} › $${variable.name}`, result);
    }
  });

  it("are what the rules ask for", () => {
    for (const rule of rules) {
      expectEmitted("record" in rule ? rule.record : rule.alert, rule.expr);
    }
  });
});
