/** The choices above every dashboard; links between the dashboards carry them along. */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { counts, HTTP, PUSH_TIME, SIGNS_OF_LIFE } from "./names.ts";
import { DATASOURCE } from "./panels/panel.ts";
import type { Dialect } from "./query/dialect.ts";
import type { Scope } from "./query/queries.ts";

/** What the variables choose, for every selector of a dashboard. */
export const CHOSEN: Pick<Scope, "matchers" | "gateway" | "restarted"> = {
  matchers: ['job=~"$job"', 'instance=~"$instance"'],
  gateway: 'job=~"$gateway"',
  restarted: "$restarted",
};
export const ROUTE = 'http_route=~"$route"';

const ALL = { text: ["All"], value: ["$__all"] };

const datasource = new DatasourceVariableBuilder("datasource")
  .label("Data source")
  .type("prometheus")
  .current({ text: "Prometheus", value: "prometheus" });

/**
 * Data source, service and instance. By default services that have been called at all.
 *
 * @param series - has the services.
 * @param signs - metrics that each instance has one of.
 */
export function choices(
  dialect?: Dialect,
  series = named(SIGNS_OF_LIFE),
  signs = SIGNS_OF_LIFE,
): Builder<VariableModel>[] {
  const job = labelValues("job", "Service", series).multi(true).includeAll(true).current(ALL).allValue(".+");
  const instance = labelValues("instance", "Instance", named(signs, 'job=~"$job"'))
    .multi(true)
    .includeAll(true)
    .current(ALL)
    .allValue(".+");
  // Those of the chosen services that push to a Pushgateway. Mostly none: then nothing is selected.
  const gateway = labelValues("gateway", "Pushgateway", `${PUSH_TIME}{job=~"$job"}`, "job")
    .multi(true)
    .includeAll(true)
    .current(ALL)
    .hide(VariableHide.HideVariable);
  return [datasource, job, instance, gateway, ...(dialect?.growthWithoutResets ? [restarted] : [])];
}

/** Windows and look-backs before the time shown, and the week before that Route compares with. */
const RESTARTS = ["[$__range]", "[2h]", "[$__range] offset 1w"]
  .map((range) => `resets(${named(SIGNS_OF_LIFE, 'job=~"$job"')}${range}) > 0`)
  .join(" or ");

/** Services one of whose processes kept its series over a restart: `growthWithoutResets` does not count them right. */
const restarted = new QueryVariableBuilder("restarted")
  .label("Restarted")
  .datasource(DATASOURCE)
  .query({ query: `query_result(group by (job) (${RESTARTS}))`, refId: "restarted" })
  .definition(`query_result(group by (job) (${RESTARTS}))`)
  .regex('/job="([^"]+)"/')
  .refresh(VariableRefresh.OnTimeRangeChanged)
  .multi(true)
  .includeAll(true)
  .current(ALL)
  .hide(VariableHide.HideVariable);

/** Any number of routes. All of them includes requests that no route matched. */
export const routes = routeValues().multi(true).includeAll(true).current(ALL).allValue(".*");

/** Exactly one route. */
export const oneRoute = routeValues();

/** By which label requests are compared. Those of a resource have to be named in `resourceLabels`. */
export const comparedBy: Builder<VariableModel> = new CustomVariableBuilder("by")
  .label("Compare by")
  .values("http_route,service_version,cloud_region,colo,http_request_method,job")
  .current({ text: "http_route", value: "http_route" });

function routeValues(): QueryVariableBuilder {
  const series = named(counts(HTTP), 'job=~"$job"', 'instance=~"$instance"', 'http_route!=""');
  return labelValues("route", "Route", series, "http_route");
}

function named(names: readonly string[], ...matchers: string[]): string {
  return `{${[`__name__=~"${names.join("|")}"`, ...matchers].join(", ")}}`;
}

function labelValues(name: string, title: string, series: string, label = name): QueryVariableBuilder {
  const query = `label_values(${series}, ${label})`;
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}
