import { beforeAll, describe, expect, it } from "vitest";
import { type Emitted, emitted } from "./emitted.ts";
import { selectorsOf } from "./promql.ts";
import { labelValuesOf, readDashboards, substitute, targetsOf } from "./walk.ts";

const VALUES = { __rate_interval: "1m", __range: "1h", objective: "99.9" };

let known: Emitted;
beforeAll(async () => {
  known = await emitted();
});

describe.each(readDashboards().map((dashboard) => [dashboard.title, dashboard] as const))(
  "%s",
  (_, dashboard) => {
    const queries = targetsOf(dashboard).map(({ where, target }) => ({
      where,
      expr: target.expr,
      label: "",
    }));
    for (const variable of dashboard.templating.list) {
      const { selector = "", label = "" } = labelValuesOf(variable) ?? {};
      if (selector) queries.push({ where: `${dashboard.title} › $${variable.name}`, expr: selector, label });
    }

    it("asks for metrics and labels that are emitted, and for nothing else", () => {
      for (const { where, expr, label } of queries) {
        for (const { metric, matchers, aggregations } of selectorsOf(substitute(expr, VALUES))) {
          const named = matchers.find(({ label }) => label === "__name__")?.value.split("|") ?? [];
          const metrics = metric ? [metric] : named;
          const labels = new Set(metrics.flatMap((name) => [...(known.get(name) ?? [])]));
          for (const name of metrics) expect([...known.keys()], where).toContain(name);
          if (!metrics.length) continue;
          const asked = [...matchers.map(({ label }) => label), ...aggregations.flatMap(({ by }) => by)];
          if (label) asked.push(label);
          for (const name of asked) {
            if (name !== "__name__") expect([...labels], `${metrics} in ${where}`).toContain(name);
          }
        }
      }
    });
  },
);
