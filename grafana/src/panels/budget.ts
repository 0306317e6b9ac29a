import { BUDGET_LEFT } from "../rules/burn-rate.ts";
import { BAD, OK, WARN } from "../theme.ts";
import type { PanelBuilder } from "./panel.ts";
import { stat } from "./stat.ts";

export const BUDGET_STEPS = [
  [null, BAD],
  [0, WARN],
  [0.25, OK],
] as const;

/** Of the objective that has least left; `matchers` choose objectives. */
export function budgetLeft(...matchers: string[]): PanelBuilder {
  return stat({
    title: "Error budget left",
    description:
      "Of the bad requests that an objective allows within its own period of 30 days, the part that has not happened; of the objective that has least left. Below zero it is missed.",
    unit: "percentunit",
    decimals: 0,
    thresholds: BUDGET_STEPS,
    noValue: "no objective",
    queries: [{ expr: `min(${BUDGET_LEFT}{${['job=~"$job"', ...matchers].join(", ")}})` }],
  });
}
