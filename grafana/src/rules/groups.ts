/** Rule groups: the shared ones, which find services by label, and those of objectives. */
import type { Dialect } from "../query/dialect.ts";
import { Queries } from "../query/queries.ts";
import { aggregatorAlerts, aggregatorRules } from "./aggregator.ts";
import { budgetRules, burnAlerts, ratioRules } from "./burn-rate.ts";
import { failureAlerts } from "./failures.ts";
import { growthRules } from "./growth.ts";
import { presenceAlerts, presenceRules } from "./presence.ts";
import { pushAlerts } from "./pushes.ts";
import { type Alert, alertingRule, LINKS, type Links, type RuleGroup } from "./rule.ts";
import { type Objective, objectiveRules } from "./slo.ts";

const EVERY = { interval: "1m", query_offset: "30s" };

/** For every service, by label. */
export function sharedGroups(dialect: Dialect, links: Links = LINKS): RuleGroup[] {
  const q = new Queries({ dialect, matchers: [] });
  const alerts = (given: readonly Alert[]) => given.map((alert) => alertingRule(alert, links));
  return [
    // In one group, for its rules run one after the other and read what the ones before have recorded.
    {
      name: "pushmeter: services",
      ...EVERY,
      rules: [
        ...growthRules(q),
        ...presenceRules(q),
        ...alerts(presenceAlerts()),
        ...alerts(failureAlerts()),
      ],
    },
    { name: "pushmeter: pushes", ...EVERY, rules: alerts(pushAlerts(q)) },
    {
      name: "pushmeter: aggregator",
      ...EVERY,
      rules: [...aggregatorRules(q), ...alerts(aggregatorAlerts(q))],
    },
    { name: "pushmeter: objectives", ...EVERY, rules: [...ratioRules(), ...alerts(burnAlerts())] },
    { name: "pushmeter: budgets", interval: "5m", query_offset: "30s", rules: budgetRules() },
  ];
}

/** The objectives of one team or service. @throws TypeError for two that are the same. */
export function objectiveGroups(
  dialect: Dialect,
  name: string,
  objectives: readonly Objective[],
): RuleGroup[] {
  const q = new Queries({ dialect, matchers: [] });
  const rules = objectives.flatMap((objective) => objectiveRules(q, objective));
  const keys = rules.map(({ record, labels }) => JSON.stringify([record, labels]));
  if (new Set(keys).size < keys.length) throw new TypeError(`objectives of ${name}: two are the same`);
  return [{ name: `${name}: objectives`, ...EVERY, rules }];
}
