import { dashboard } from "../dashboard.ts";
import { lastPush } from "../panels/freshness.ts";
import type { PanelBuilder } from "../panels/panel.ts";
import {
  budgetLeft,
  errorsByKind,
  FAILED_SHARE,
  failedShare,
  latencies,
  latencyHeatmap,
  latencyNow,
  ratesByOutcome,
  requestRate,
  SLOW,
} from "../panels/requests.ts";
import { table } from "../panels/table.ts";
import { FAILED, HTTP, observations, quantileOfTotal, ROUTE, share, total } from "../query.ts";
import { datasource, histograms, instance, job, objective, routes } from "../variables.ts";

function routesTable(): PanelBuilder {
  const all = total(observations(HTTP, ROUTE), "http_route");
  const failed = total(observations(HTTP, ROUTE, FAILED), "http_route");
  return table({
    title: "Routes",
    description:
      "Within the time shown, busiest first; click a heading to have the worst first, and a route to see it in depth.",
    label: "http_route",
    heading: "Route",
    absent: "(no route matched)",
    link: {
      title: "This route in depth",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: these are Grafana's own variables.
      url: "/d/pushmeter-route?var-route=${__value.raw:percentencode}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${histograms:queryparam}&${__url_time_range}",
    },
    columns: [
      { name: "Requests", unit: "short", decimals: 0, expr: all },
      {
        name: "Failed",
        unit: "percentunit",
        expr: share(failed, all, "http_route"),
        thresholds: FAILED_SHARE,
      },
      { name: "p50", unit: "s", expr: quantileOfTotal(0.5, HTTP, [ROUTE], "http_route") },
      { name: "p95", unit: "s", expr: quantileOfTotal(0.95, HTTP, [ROUTE], "http_route"), thresholds: SLOW },
    ],
  });
}

export const overview = dashboard({
  name: "overview",
  title: "Overview",
  description: "Rate, errors and latency of HTTP services measured by pushmeter.",
  variables: [datasource, job([HTTP]), instance([HTTP]), routes, objective, histograms],
  rows: [
    {
      height: 4,
      panels: [
        [requestRate(), 4],
        [failedShare(), 4],
        [latencyNow(), 8],
        [budgetLeft(), 4],
        [lastPush(), 4],
      ],
    },
    { height: 8, panels: [ratesByOutcome(), errorsByKind()] },
    { height: 8, panels: [latencies(), latencyHeatmap()] },
    { height: 9, panels: [routesTable()] },
  ],
});
