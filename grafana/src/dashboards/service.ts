/** One service, or a few together: rate, errors and latency of its requests. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { linkTo, UIDS } from "../links.ts";
import { HTTP } from "../names.ts";
import { budgetLeft } from "../panels/budget.ts";
import { lastPushStat } from "../panels/last-push.ts";
import { lines } from "../panels/lines.ts";
import type { PanelBuilder } from "../panels/panel.ts";
import {
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
import { failedOperations, operations, slowOperations } from "../panels/waiting.ts";
import { failedRequests, observations } from "../query/growing.ts";
import { Queries, RATE_INTERVAL, type Scope, WHOLE_RANGE } from "../query/queries.ts";
import { CHOSEN, choices, comparedBy, ROUTE, routes } from "../variables.ts";

function routesTable(q: Queries): PanelBuilder {
  const all = observations(HTTP, ROUTE);
  const failed = failedRequests(HTTP, ROUTE);
  return table({
    title: "Routes",
    description:
      "Within the time shown, busiest first; click a heading to have the worst first, and a route to see it in depth.",
    label: "http_route",
    heading: "Route",
    absent: "(no route matched)",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
    links: [linkTo("route", "This route in depth", { route: "${__value.raw:percentencode}" })],
    columns: [
      { name: "Requests", unit: "none", decimals: 0, expr: q.total(all, "http_route") },
      {
        name: "Failed",
        unit: "percentunit",
        decimals: 2,
        expr: q.share(failed, all, "http_route", WHOLE_RANGE),
        thresholds: FAILED_SHARE,
      },
      {
        name: "Failures",
        unit: "none",
        decimals: 0,
        expr: q.growthOrZero(failed, all, "http_route", WHOLE_RANGE),
      },
      {
        name: "p50",
        unit: "s",
        decimals: 2,
        expr: q.quantile(0.5, HTTP, [ROUTE], "http_route", WHOLE_RANGE),
      },
      {
        name: "p95",
        unit: "s",
        decimals: 2,
        expr: q.quantile(0.95, HTTP, [ROUTE], "http_route", WHOLE_RANGE),
        thresholds: SLOW,
      },
    ],
  });
}

export function service({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  const compared = "$by";
  return dashboard({
    uid: UIDS.service,
    title: "Service",
    description: "Rate, errors and latency of a service's HTTP requests, and its routes.",
    variables: [...choices(dialect), routes, comparedBy],
    rows: [
      {
        height: 4,
        panels: [
          [requestRate(q), 4],
          [failedShare(q), 6],
          [latencyNow(q), 7],
          [budgetLeft(), 4],
          [lastPushStat(q), 3],
        ],
      },
      { height: 8, panels: [ratesByOutcome(q), errorsByKind(q)] },
      { height: 8, panels: [latencies(q), latencyHeatmap(q)] },
      { height: 9, panels: [routesTable(q)] },
      {
        heading: "What it waits for",
        height: 8,
        panels: [operations(q), slowOperations(q), failedOperations(q)],
      },
      {
        heading: "Compared by $by",
        height: 8,
        panels: [
          lines({
            title: "Requests compared",
            description:
              "Requests per second by the label of the variable Compare by. Labels of the resource, such as version and region, have to be named in the option resourceLabels.",
            unit: "reqps",
            queries: [{ expr: q.rate(observations(HTTP, ROUTE), compared), legend: `{{${compared}}}` }],
          }),
          lines({
            title: "p95 latency compared",
            description:
              "95 % of the requests with the same value of that label were answered within this time.",
            unit: "s",
            queries: [
              { expr: q.quantile(0.95, HTTP, [ROUTE], compared, RATE_INTERVAL), legend: `{{${compared}}}` },
            ],
          }),
        ],
      },
    ],
  });
}
