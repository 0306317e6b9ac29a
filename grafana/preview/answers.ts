/** Asks a Prometheus what Grafana would ask it, and hands the answers to the page. */

import { type Dashboard, type Panel, substitute, windows } from "../read/dashboards.ts";
import type { Prometheus, Series } from "../read/prometheus.ts";
import { secondsIn } from "../src/query/dialect.ts";

export interface Answer {
  readonly panel: Panel;
  /** Between samples, seconds. */
  readonly step: number;
  /** One list per target. */
  readonly results: readonly (readonly Series[])[];
}

export interface Preview {
  readonly title: string;
  readonly description: string;
  readonly chosen: readonly (readonly [label: string, value: string])[];
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly answers: readonly Answer[];
}

/** The provisioned data source's interval, seconds. */
const TIME_INTERVAL = 15;
/** As many steps as Grafana makes for a panel half a screen wide, in round numbers. */
const STEP = 30;

export async function answersOf(
  dashboard: Dashboard,
  prometheus: Prometheus,
  end: number,
  minutes: number,
  chosen: Readonly<Record<string, string>>,
): Promise<Preview> {
  const start = end - minutes * 60_000;
  const answers: Answer[] = [];
  for (const panel of dashboard.panels) {
    const step = Math.max(STEP, panel.interval ? secondsIn(panel.interval) : 0);
    const values = {
      ...chosen,
      ...windows(Math.max(step + TIME_INTERVAL, 4 * TIME_INTERVAL), minutes * 60),
    };
    const results: Series[][] = [];
    for (const { expr, instant } of panel.targets ?? []) {
      const query = substitute(expr, values);
      results.push(
        instant ? await prometheus.instant(query, end) : await prometheus.range(query, start, end, step),
      );
    }
    answers.push({ panel: named(panel, values), step, results });
  }
  const shown = dashboard.templating.list
    .filter(({ hide }) => !hide)
    .map(({ name, label }) => [label ?? name, shownAs(chosen[name] ?? "")] as const);
  return {
    title: dashboard.title,
    description: dashboard.description,
    chosen: shown,
    start,
    end,
    answers,
  };
}

/** The panel with the values of variables in its title and its legends. */
function named(panel: Panel, values: Readonly<Record<string, string>>): Panel {
  const { title, targets } = panel;
  return {
    ...panel,
    title: substitute(title, values),
    ...(targets && {
      targets: targets.map((target) => ({
        ...target,
        ...(target.legendFormat && { legendFormat: substitute(target.legendFormat, values) }),
      })),
    }),
  };
}

/** A variable's value as Grafana shows it. */
function shownAs(value: string): string {
  return value === ".+" || value === ".*" ? "All" : value;
}
