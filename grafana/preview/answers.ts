/** Asks a Prometheus what Grafana would ask it, and hands the answers to the page. */

import { type Dashboard, type Panel, substitute } from "../read/dashboards.ts";
import type { Prometheus, Series } from "../read/prometheus.ts";
import { HISTOGRAMS } from "../src/variables.ts";

export interface Answer {
  readonly panel: Panel;
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
  /** Seconds. */
  readonly step: number;
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
  const values = {
    ...chosen,
    __rate_interval: `${Math.max(STEP + TIME_INTERVAL, 4 * TIME_INTERVAL)}s`,
    __range: `${minutes}m`,
  };
  const answers: Answer[] = [];
  for (const panel of dashboard.panels) {
    const results: Series[][] = [];
    for (const { expr, instant } of panel.targets ?? []) {
      const query = substitute(expr, values);
      results.push(
        instant ? await prometheus.instant(query, end) : await prometheus.range(query, start, end, STEP),
      );
    }
    answers.push({ panel, results });
  }
  const shown = dashboard.templating.list.map(
    ({ name, label }) => [label ?? name, shownAs(name, chosen[name] ?? "")] as const,
  );
  return {
    title: dashboard.title,
    description: dashboard.description,
    chosen: shown,
    start,
    end,
    step: STEP,
    answers,
  };
}

/** A variable's value as Grafana shows it. */
function shownAs(name: string, value: string): string {
  if (value === ".+" || value === ".*") return "All";
  const choice = Object.entries(HISTOGRAMS).find(([, ending]) => name === "histograms" && ending === value);
  return choice?.[0] ?? value;
}
