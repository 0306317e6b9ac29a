import { dashboard } from "../dashboard.ts";
import { lines } from "../panels/lines.ts";
import {
  budgetLeft,
  errorsByKind,
  failedShare,
  latencies,
  latencyHeatmap,
  latencyNow,
  ratesByOutcome,
  requestRate,
} from "../panels/requests.ts";
import { HTTP, observations, quantile, ROUTE, rate } from "../query.ts";
import { PERCENTILES, STATUSES } from "../theme.ts";
import { datasource, histograms, instance, job, objective, oneRoute } from "../variables.ts";

const BEFORE = "a week ago";

/** The same query a week back: an offset stands after each selector or range. */
function weekAgo(expr: string): string {
  return expr.replaceAll("[$__rate_interval]", "[$__rate_interval] offset 1w");
}

const requests = rate(observations(HTTP, ROUTE));
const p95 = quantile(0.95, HTTP, [ROUTE]);

export const route = dashboard({
  name: "route",
  title: "Route",
  description: "One route of an HTTP service in depth.",
  variables: [datasource, job([HTTP]), instance([HTTP]), oneRoute, objective, histograms],
  rows: [
    {
      height: 4,
      panels: [
        [requestRate(), 4],
        [failedShare(), 4],
        [latencyNow(), 10],
        [budgetLeft(), 6],
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: "Requests by method and status",
          description: "Requests per second; a request that ended without a response has no status.",
          unit: "reqps",
          stacked: true,
          patterns: STATUSES,
          queries: [
            {
              expr: rate(observations(HTTP, ROUTE), "http_request_method, http_response_status_code"),
              legend: "{{http_request_method}} {{http_response_status_code}}",
            },
          ],
        }),
        ratesByOutcome(),
        errorsByKind(),
      ],
    },
    { height: 8, panels: [latencies(), latencyHeatmap()] },
    {
      heading: "Compared with a week ago",
      height: 8,
      panels: [
        lines({
          title: "Requests, now and a week ago",
          description: "Requests per second of the route, and at the same time a week earlier.",
          unit: "reqps",
          colours: { now: "blue" },
          dashed: [BEFORE],
          queries: [
            { expr: requests, legend: "now" },
            { expr: weekAgo(requests), legend: BEFORE },
          ],
        }),
        lines({
          title: "p95 latency, now and a week ago",
          description: "95 % of the route's requests were answered within this time.",
          unit: "s",
          colours: { now: PERCENTILES.p95 ?? "blue" },
          dashed: [BEFORE],
          queries: [
            { expr: p95, legend: "now" },
            { expr: weekAgo(p95), legend: BEFORE },
          ],
        }),
      ],
    },
  ],
});
