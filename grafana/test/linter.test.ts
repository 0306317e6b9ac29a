/** The rules of github.com/grafana/dashboard-linter, which is a Go program, and a few of our own. */
import { describe, expect, it } from "vitest";
import {
  EVERYTHING,
  labelValuesOf,
  panelsOf,
  queryResultOf,
  readDashboards,
  substitute,
  targetsOf,
  windows,
} from "../read/dashboards.ts";
import { COMMON, UIDS } from "../src/links.ts";
import { DIALECTS } from "../src/query/dialect.ts";
import { selectorsOf } from "./promql.ts";

/** Makes an expression with Grafana's variables one that Prometheus's grammar knows. */
const VALUES = { ...EVERYTHING, ...windows(61, 3601), job: "any-job", instance: "any-instance" };
const parsed = (expr: string) => selectorsOf(substitute(expr, VALUES));
/** What a counter may stand in: all of them see growth only. Outside them, it is asked whether it is there. */
const GROWTH = ["increase", "resets", "last_over_time", "min_over_time"];

const dashboards = DIALECTS.flatMap(({ name }) =>
  readDashboards(name).map((dashboard) => [`${dashboard.title}, ${name}`, dashboard] as const),
);

describe.each(dashboards)("%s", (_, dashboard) => {
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
      const query = labelValuesOf(variable)?.selector ?? queryResultOf(variable);
      expect(query, variable.name).toBeDefined();
      expect(parsed(query ?? "").length, variable.name).toBeGreaterThan(0);
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
      for (const { metric, matchers } of parsed(target.expr)) {
        const job = { label: "job", operator: "=~", value: VALUES.job };
        const instance = { label: "instance", operator: "=~", value: VALUES.instance };
        // What rules record is summed over instances.
        const wanted = metric.includes(":") ? [job] : [job, instance];
        expect(matchers, where).toEqual(expect.arrayContaining(wanted));
      }
    }
  });

  it("asks for the growth of counters only, and never for a rate, which extrapolates", () => {
    for (const { where, target } of targets) {
      for (const { metric, inFunction, aggregations, compared } of parsed(target.expr)) {
        expect(["rate", "irate"], where).not.toContain(inFunction);
        // When it was, or that it was: the value itself plays no part.
        const isPresence = inFunction === "timestamp" || compared || aggregations[0]?.operator === "group";
        if (/_(total|count|sum|bucket)$/.test(metric) && !isPresence) {
          expect(GROWTH, `${metric} in ${where}`).toContain(inFunction);
        }
      }
    }
  });

  it("has stats that say what is now: instant queries, and a word for no data", () => {
    for (const { title, type, targets = [], fieldConfig } of panels) {
      if (type !== "stat") continue;
      for (const { instant, range } of targets)
        expect({ instant, range }, title).toMatchObject({ instant: true });
      expect(fieldConfig?.defaults.noValue, title).toMatch(/\w/);
    }
  });

  it("has tables whose columns share their rows: a metric's own name would make two rows of one", () => {
    for (const { title, type, targets = [] } of panels) {
      if (type !== "table") continue;
      for (const { expr } of targets) expect(expr, title).not.toMatch(/^[\w:]+(\{[^}]*\})?$/);
    }
  });

  it("marks deployments", () => {
    const [own, ...others] = dashboard.annotations.list;
    expect(others).toEqual([]);
    expect(own?.datasource.uid).toBe("$datasource");
    expect(parsed(own?.expr ?? "").length).toBeGreaterThan(0);
  });

  it("keeps every common choice in the links of its tables", () => {
    const links = panels.flatMap(({ fieldConfig }) =>
      (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.flatMap(({ id, value }) => (id === "links" ? (value as { url: string }[]) : [])),
      ),
    );
    for (const { url } of links) {
      for (const name of COMMON) {
        const isKept = url.includes(`\${${name}:queryparam}`) || url.includes(`var-${name}=`);
        expect(isKept, `${name} in ${url}`).toBe(true);
      }
      const uid = /^\/d\/([\w-]+)/.exec(url)?.[1];
      expect(Object.values(UIDS)).toContain(uid);
    }
  });
});
