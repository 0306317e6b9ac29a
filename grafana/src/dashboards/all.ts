/** The dashboards for any service. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dialect } from "../query/dialect.ts";
import { aggregator } from "./aggregator.ts";
import { functions } from "./functions.ts";
import { objectives } from "./objectives.ts";
import { overview } from "./overview.ts";
import { pushHealth } from "./push-health.ts";
import { route } from "./route.ts";
import { service } from "./service.ts";

export function allDashboards(dialect: Dialect): Dashboard[] {
  const scope = { dialect };
  return [
    overview(scope),
    service(scope),
    route(scope),
    functions(scope),
    pushHealth(scope),
    aggregator(scope),
    objectives(),
  ];
}
