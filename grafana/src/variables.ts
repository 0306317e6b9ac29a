/** The choices above every dashboard; links between the dashboards carry them along. */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DATASOURCE } from "./panels/panel.ts";
import { FAAS, HTTP } from "./query.ts";

/** Every service has one of them. */
const ANY = `{__name__=~"${HTTP}_count|${FAAS}_count"}`;

export const datasource = new DatasourceVariableBuilder("datasource")
  .label("Data source")
  .type("prometheus")
  .current({ text: "Prometheus", value: "prometheus" });

const ALL = { text: ["All"], value: ["$__all"] };

/** @param series - a selector without matchers for `job`; jobs are those that have such series. */
export function job(series = ANY): QueryVariableBuilder {
  return labelValues("job", "Service", series).multi(true).includeAll(true).current(ALL).allValue(".+");
}

export function instance(series = withJob(ANY)): QueryVariableBuilder {
  return labelValues("instance", "Instance", series).multi(true).includeAll(true).current(ALL).allValue(".+");
}

/** Any number of routes. All of them includes requests that no route matched. */
export const routes = routeValues().multi(true).includeAll(true).current(ALL).allValue(".*");

/** Exactly one route. */
export const oneRoute = routeValues();

/** Percent of requests that have to end well. */
export const objective: Builder<VariableModel> = new CustomVariableBuilder("objective")
  .label("Objective, %")
  .values("99,99.5,99.9,99.95,99.99")
  .current({ text: "99.9", value: "99.9" });

export function withJob(selector: string): string {
  return selector.endsWith("}") ? selector.replace(/}$/, ', job=~"$job"}') : `${selector}{job=~"$job"}`;
}

function routeValues(): QueryVariableBuilder {
  const series = `${HTTP}_count{job=~"$job", instance=~"$instance", http_route!=""}`;
  return labelValues("route", "Route", series, "http_route");
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
