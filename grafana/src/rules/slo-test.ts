/** Timelines for promtool that show an objective's alerts: quiet, an outage, and again quiet. */
import { HTTP, HTTP_BOUNDS } from "../names.ts";
import { nameOf, type Objective } from "./slo.ts";

/** Minutes before an outage, and of it. */
const QUIET = 10;
const OUTAGE = 50;

/** @param files - the shared rules and the objectives', relative to the test's file. */
export function sloTest(
  files: readonly string[],
  groups: readonly string[],
  objectives: readonly Objective[],
): object {
  return {
    rule_files: files,
    evaluation_interval: "1m",
    // Else promtool's order is random, and an alert may be asked before what it reads is recorded.
    group_eval_order: groups,
    tests: objectives.map((objective) => ({
      name: `${objective.service} ${objective.route ?? "all routes"}: ${nameOf(objective)}`,
      interval: "1m",
      input_series: seriesOf(objective),
      promql_expr_test: [ask(objective, QUIET, false), ask(objective, QUIET + OUTAGE, true)],
    })),
  };
}

function seriesOf({ service, route = "/", kind, within }: Objective): object[] {
  const labels = (outcome: string) =>
    `job="${service}", instance="a", http_route="${route}", outcome="${outcome}"`;
  const good = `0+600x${QUIET} ${600 * QUIET}x${OUTAGE + 5}`;
  const bad = `0x${QUIET} 600+600x${OUTAGE + 5}`;
  if (kind === "availability") {
    return [
      { series: `${HTTP}_count{${labels("success")}}`, values: good },
      { series: `${HTTP}_count{${labels("exception")}}`, values: bad },
    ];
  }
  // At first all within the latency, then none.
  const all = `0+600x${QUIET + OUTAGE + 5}`;
  return [
    { series: `${HTTP}_count{${labels("success")}}`, values: all },
    ...HTTP_BOUNDS.map((le) => ({
      series: `${HTTP}_bucket{${labels("success")}, le="${Number.isInteger(le) ? `${le}.0` : le}"}`,
      values: le > within * 2 ? all : good,
    })),
  ];
}

function ask(objective: Objective, minute: number, burning: boolean): object {
  const { service, route } = objective;
  const matchers = [
    'alertname="BudgetBurning"',
    'alertstate="firing"',
    'severity="page"',
    `job="${service}"`,
    `http_route="${route ?? ""}"`,
    `objective="${nameOf(objective)}"`,
  ];
  return {
    expr: `count(ALERTS{${matchers.join(", ")}}) > 0`,
    eval_time: `${minute}m`,
    exp_samples: burning ? [{ labels: "{}", value: 2 }] : [],
  };
}
