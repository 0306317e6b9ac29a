/** The rules of github.com/grafana/dashboard-linter, which is a Go program, and a few of our own. */
import { describe, expect, it } from "vitest";
import { labelValuesOf, panelsOf, readDashboards, substitute, targetsOf } from "../read/dashboards.ts";
import { LONG } from "../src/query.ts";
import { selectorsOf } from "./promql.ts";

/** Makes an expression with Grafana's variables one that Prometheus's grammar knows. */
const ANY = {
  job: "any-job",
  instance: "any-instance",
  route: "/any",
  objective: "99.9",
  histograms: "_bucket",
};
const RATE_INTERVAL = "61s";
const RANGE = "1h1s";
const parsed = (expr: string) =>
  selectorsOf(substitute(expr, { ...ANY, __rate_interval: RATE_INTERVAL, __range: RANGE }));

const dashboards = readDashboards();

describe.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))("%s", (_, dashboard) => {
  const variables = dashboard.templating.list;
  const panels = panelsOf(dashboard);
  const targets = targetsOf(dashboard);

  it("is read-only, described and linked to the others with its variables", () => {
    expect(dashboard).toMatchObject({ editable: false, tags: ["pushmeter"] });
    expect(dashboard.uid).toMatch(/^pushmeter-[a-z-]{1,30}$/);
    expect(dashboard.description).not.toBe("");
    expect(dashboard.links).toMatchObject([{ tags: ["pushmeter"], includeVars: true }]);
  });

  it("lets people choose the Prometheus", () => {
    expect(variables.find(({ name }) => name === "datasource")).toMatchObject({
      type: "datasource",
      query: "prometheus",
    });
  });

  it.each(["job", "instance"])("lets people choose any number of values of %s, and all", (name) => {
    expect(variables.find((variable) => variable.name === name)).toMatchObject({
      type: "query",
      multi: true,
      includeAll: true,
      allValue: ".+",
      datasource: { uid: "$datasource" },
    });
  });

  it("has variables that follow the time range and parse", () => {
    for (const variable of variables.filter(({ type }) => type === "query")) {
      expect(variable.refresh, variable.name).toBe(2);
      const query = labelValuesOf(variable);
      expect(query, variable.name).toBeDefined();
      expect(parsed(query?.selector ?? ""), variable.name).toHaveLength(1);
    }
  });

  it("has panels with a title, a description, a unit, the data source and a target", () => {
    const titles = panels.map(({ title, type }) => `${type} ${title}`);
    expect(new Set(titles).size, "titles").toBe(titles.length);
    expect(new Set(panels.map(({ id }) => id)).size, "ids").toBe(panels.length);
    for (const { title, description, datasource, fieldConfig, targets } of panels) {
      expect(title).toMatch(/\w/);
      expect(description?.length ?? 0, `description of ${title}`).toBeGreaterThan(10);
      expect(datasource?.uid, title).toBe("$datasource");
      expect(fieldConfig?.defaults.unit, `unit of ${title}`).toMatch(/\w/);
      expect(targets?.length ?? 0, title).toBeGreaterThan(0);
    }
  });

  it("has panels beside and below each other, never over", () => {
    const cells = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x} ${y}`), title).toBe(false);
          cells.add(`${x} ${y}`);
        }
      }
    }
  });

  it("has targets for the chosen jobs and instances that Prometheus can parse", () => {
    for (const { where, target } of targets) {
      expect(target.datasource?.uid, where).toBe("$datasource");
      for (const { matchers } of parsed(target.expr)) {
        const job = { label: "job", operator: "=~", value: ANY.job };
        const instance = { label: "instance", operator: "=~", value: ANY.instance };
        expect(matchers, where).toEqual(expect.arrayContaining([job, instance]));
      }
    }
  });

  it("has counters in rate or increase only, and rates over $__rate_interval", () => {
    for (const { where, target } of targets) {
      for (const { metric, range, inFunction, aggregations, compared } of parsed(target.expr)) {
        if (inFunction === "rate" || inFunction === "irate") expect(range, where).toBe(RATE_INTERVAL);
        if (inFunction === "increase") expect([RANGE, LONG], where).toContain(range);
        // When it was, or that it was: the value itself plays no part.
        const isPresence = inFunction === "timestamp" || compared || aggregations[0]?.operator === "group";
        if (/_(total|count|sum|bucket)$/.test(metric) && !isPresence) {
          expect(["rate", "increase"], `${metric} in ${where}`).toContain(inFunction);
        }
      }
    }
  });
});
