/** The committed dashboards, taken apart: what Grafana reads is what is tested. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly format?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly datasource?: { readonly uid: string };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly interval?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly Target[];
  readonly panels?: readonly Panel[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly transformations?: readonly { readonly id: string; readonly options: Record<string, never> }[];
  readonly fieldConfig?: {
    readonly defaults: FieldDefaults;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

interface FieldDefaults {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly noValue?: string;
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly thresholds?: {
    readonly steps: readonly { readonly value: number | null; readonly color: string }[];
  };
  readonly mappings?: readonly { readonly type: string; readonly options: unknown }[];
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly multi: boolean;
  readonly hide?: number;
  readonly includeAll: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly uid: string };
  readonly current?: { readonly value: string | readonly string[] };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly tags: readonly string[];
  readonly links: readonly { readonly tags: readonly string[]; readonly includeVars: boolean }[];
  readonly annotations: {
    readonly list: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

/** The shared ones and the example's, in a dialect of `src/query/dialect.ts`. */
export function readDashboards(dialect = "anchored"): Dashboard[] {
  const suffix = dialect === "anchored" ? "" : `-${dialect}`;
  return ["grafana/dashboards", "grafana/examples/courses/dashboards"].flatMap((path) => {
    const folder = join(ROOT, `${path}${suffix}`);
    return readdirSync(folder)
      .sort()
      .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Dashboard);
  });
}

/** Panels that show something, also those that stand inside folded rows. */
export function panelsOf({ panels }: { readonly panels?: readonly Panel[] }): Panel[] {
  return (panels ?? []).flatMap((panel) => (panel.type === "row" ? panelsOf(panel) : [panel]));
}

export interface Placed {
  /** `Overview › Requests › A`. */
  readonly where: string;
  readonly dashboard: Dashboard;
  readonly panel: Panel;
  readonly target: Target;
}

export function targetsOf(dashboard: Dashboard): Placed[] {
  return panelsOf(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({
      where: `${dashboard.title} › ${panel.title} › ${target.refId}`,
      dashboard,
      panel,
      target,
    })),
  );
}

/** The selector in a variable's `label_values(selector, label)`, and the label. */
export function labelValuesOf(variable: Variable): { selector: string; label: string } | undefined {
  const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(textOf(variable)) ?? [];
  return selector && label ? { selector, label } : undefined;
}

/** The query in a variable's `query_result(query)`. */
export function queryResultOf(variable: Variable): string | undefined {
  return /^query_result\((.*)\)$/.exec(textOf(variable))?.[1];
}

function textOf({ query }: Variable): string {
  return typeof query === "string" ? query : query.query;
}

/** What stands for `$name` and `${name}`; Grafana's own variables have names that begin with `__`. */
export function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => values[braced ?? bare ?? ""] ?? whole,
  );
}

/** What Grafana puts in the place of its own variables, for windows in seconds. */
export function windows(rateInterval: number, range: number): Record<string, string> {
  return {
    __rate_interval: `${rateInterval}s`,
    __rate_interval_ms: `${rateInterval * 1000}`,
    __range: `${range}s`,
    __range_s: `${range}`,
    __range_ms: `${range * 1000}`,
  };
}

/** Choices that select everything; no service pushes to a Pushgateway or has restarted. */
export const EVERYTHING = {
  job: ".+",
  instance: ".+",
  route: ".*",
  by: "http_route",
  gateway: "()",
  restarted: "()",
} as const;
