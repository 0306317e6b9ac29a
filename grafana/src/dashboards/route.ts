/** One route in depth, and compared with a week ago. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { UIDS } from "../links.ts";
import { HTTP } from "../names.ts";
import { budgetLeft } from "../panels/budget.ts";
import { lines } from "../panels/lines.ts";
import {
  errorsByKind,
  failedShare,
  latencies,
  latencyHeatmap,
  latencyNow,
  ratesByOutcome,
  requestRate,
} from "../panels/requests.ts";
import { observations } from "../query/growing.ts";
import { Queries, RATE_INTERVAL, type Scope } from "../query/queries.ts";
import { NEUTRAL, OK, STATUSES } from "../theme.ts";
import { CHOSEN, choices, oneRoute, ROUTE } from "../variables.ts";

const BEFORE = "a week ago";
const WEEK = "1w";

export function route({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  const requests = observations(HTTP, ROUTE);
  const p95 = (offset = "") => q.quantile(0.95, HTTP, [ROUTE], "", RATE_INTERVAL, offset);
  return dashboard({
    uid: UIDS.route,
    title: "Route",
    description: "One route of an HTTP service in depth.",
    variables: [...choices(dialect), oneRoute],
    rows: [
      {
        height: 4,
        panels: [
          [requestRate(q), 4],
          [failedShare(q), 6],
          [latencyNow(q), 9],
          [budgetLeft(ROUTE), 5],
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
                expr: q.rate(requests, "http_request_method, http_response_status_code"),
                legend: "{{http_request_method}} {{http_response_status_code}}",
              },
            ],
          }),
          ratesByOutcome(q),
          errorsByKind(q),
        ],
      },
      { height: 8, panels: [latencies(q), latencyHeatmap(q)] },
      {
        heading: "Compared with a week ago",
        height: 8,
        panels: [
          lines({
            title: "Requests, now and a week ago",
            description: "Requests per second of the route, and at the same time a week earlier.",
            unit: "reqps",
            colours: { now: OK, [BEFORE]: NEUTRAL },
            dashed: [BEFORE],
            queries: [
              { expr: q.rate(requests), legend: "now" },
              { expr: q.rate(requests, "", { offset: WEEK }), legend: BEFORE },
            ],
          }),
          lines({
            title: "p95 latency, now and a week ago",
            description: "95 % of the route's requests were answered within this time.",
            unit: "s",
            colours: { now: OK, [BEFORE]: NEUTRAL },
            dashed: [BEFORE],
            queries: [
              { expr: p95(), legend: "now" },
              { expr: p95(WEEK), legend: BEFORE },
            ],
          }),
        ],
      },
    ],
  });
}
