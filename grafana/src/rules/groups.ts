/** Rule groups of a service. */
import { burnAlerts } from "./burn-rate.ts";
import { checkObjective, type Objective } from "./objective.ts";
import { pushAlerts } from "./push.ts";
import { recordingRules, routeRules } from "./recording.ts";
import type { RuleGroup } from "./rule.ts";

/** The example's. Copy it for a service of your own. */
export const COURSES: Objective = {
  service: "courses",
  availability: 0.999,
  latency: { threshold: 0.5, share: 0.95 },
  leastRequests: 60,
  silence: 1800,
  mostSeries: 50_000,
};

/** @throws TypeError or RangeError for an objective that makes rules which could never fire. */
export function ruleGroups(objective: Objective): RuleGroup[] {
  checkObjective(objective);
  const { service } = objective;
  return [
    { name: `${service}: recorded ratios`, rules: recordingRules(objective) },
    { name: `${service}: recorded routes`, rules: routeRules(objective) },
    { name: `${service}: objectives`, rules: burnAlerts(objective) },
    { name: `${service}: pushes`, rules: pushAlerts(objective) },
  ];
}
