/** What services promise of their requests, and how much of it is left. Read from what the rules record. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { UIDS } from "../links.ts";
import { BUDGET_STEPS } from "../panels/budget.ts";
import { lines } from "../panels/lines.ts";
import { table } from "../panels/table.ts";
import { BAD_RATIO, BUDGET_LEFT } from "../rules/burn-rate.ts";
import { recordedGrowth } from "../rules/growth.ts";
import { SLO_ALL, SLO_BAD, SLO_LABELS, SLO_TARGET } from "../rules/slo.ts";
import { WARN } from "../theme.ts";
import { choices } from "../variables.ts";

const CHOSEN_JOBS = 'job=~"$job"';
const LEGEND = "{{job}} {{http_route}} {{objective}}";

export function objectives(): Dashboard {
  const recorded = (name: string) => `${name}{${CHOSEN_JOBS}}`;
  // Without the metric's name: rows of different names are not merged.
  const unnamed = (name: string) => `max by (${SLO_LABELS}) (${recorded(name)})`;
  const burn = (window: string) =>
    `${recorded(`${BAD_RATIO}_${window}`)} / on (${SLO_LABELS}) (1 - ${recorded(SLO_TARGET)})`;
  return dashboard({
    uid: UIDS.objectives,
    title: "Objectives",
    description:
      "Promises of services, as recorded by the rules that slo() makes: targets, what is left of the budgets of 30 days, and how fast they burn.",
    variables: choices(undefined, SLO_TARGET),
    rows: [
      {
        height: 9,
        panels: [
          table({
            title: "Objectives",
            description:
              "The least budget last. Bad and requests are of the last 30 days: failed requests, or slow ones.",
            label: "objective",
            heading: "Objective",
            others: { job: "Service", http_route: "Route" },
            columns: [
              {
                name: "Budget left",
                unit: "percentunit",
                decimals: 1,
                expr: unnamed(BUDGET_LEFT),
                thresholds: BUDGET_STEPS,
              },
              { name: "Target", unit: "percentunit", decimals: 2, expr: unnamed(SLO_TARGET) },
              {
                name: "Bad",
                unit: "none",
                decimals: 0,
                expr: recordedGrowth(SLO_BAD, SLO_LABELS, "30d", CHOSEN_JOBS),
              },
              {
                name: "Requests",
                unit: "none",
                decimals: 0,
                expr: recordedGrowth(SLO_ALL, SLO_LABELS, "30d", CHOSEN_JOBS),
              },
            ],
          }),
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Budget left",
            description:
              "Of the bad requests that each objective allows within 30 days, the part that has not happened.",
            unit: "percentunit",
            min: undefined,
            queries: [{ expr: recorded(BUDGET_LEFT), legend: LEGEND }],
          }),
          lines({
            title: "Burn rate over an hour",
            description:
              "How many times faster than allowed the budget burns. At 1 it lasts exactly 30 days; from 14.4 on people are paged.",
            unit: "none",
            decimals: 1,
            thresholds: [
              [null, "transparent"],
              [14.4, WARN],
            ],
            queries: [{ expr: burn("1h"), legend: LEGEND }],
          }),
          lines({
            title: "Burn rate over six hours",
            description: "The same over a longer time; from 6 on people are paged.",
            unit: "none",
            decimals: 1,
            queries: [{ expr: burn("6h"), legend: LEGEND }],
          }),
        ],
      },
    ],
  });
}
