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
import { counts, FAAS, HTTP } from "./query.ts";

/** Every service has one of them. */
const ANY = [HTTP, FAAS];

export const datasource = new DatasourceVariableBuilder("datasource")
  .label("Data source")
  .type("prometheus")
  .current({ text: "Prometheus", value: "prometheus" });

const ALL = { text: ["All"], value: ["$__all"] };

/** Jobs that have one of these histograms. */
export function job(histograms: readonly string[] = ANY): QueryVariableBuilder {
  return jobOf(`{__name__=~"${histograms.flatMap(counts).join("|")}"}`);
}

/** Jobs that have this counter. */
export function jobWith(counter: string): QueryVariableBuilder {
  return jobOf(counter);
}

function jobOf(series: string): QueryVariableBuilder {
  return labelValues("job", "Service", series).multi(true).includeAll(true).current(ALL).allValue(".+");
}

/** The chosen jobs' instances that have one of these histograms. */
export function instance(histograms: readonly string[] = ANY): QueryVariableBuilder {
  const series = `{__name__=~"${histograms.flatMap(counts).join("|")}", job=~"$job"}`;
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

/** How the name ends of what latencies are read from; no end, as a regular expression, can only be written `()`. */
export const HISTOGRAMS = { any: "(|_bucket)", classic: "_bucket", native: "()" } as const;

/** Percentiles of classic and of native histograms do not add up: where a service has both, choose. */
export const histograms: Builder<VariableModel> = new CustomVariableBuilder("histograms")
  .label("Histograms")
  .values(
    Object.entries(HISTOGRAMS)
      .map(([text, value]) => `${text} : ${value}`)
      .join(","),
  )
  .current({ text: "any", value: HISTOGRAMS.any });

function routeValues(): QueryVariableBuilder {
  const names = counts(HTTP).join("|");
  const series = `{__name__=~"${names}", job=~"$job", instance=~"$instance", http_route!=""}`;
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
