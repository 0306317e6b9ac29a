/** Panels about HTTP requests, for the dashboards that show all routes and the one that shows one. */
import {
  buckets,
  FAILED,
  HTTP,
  observations,
  orNone,
  quantile,
  ROUTE,
  rate,
  share,
  total,
} from "../query.ts";
import { BAD, GOOD, OUTCOMES, PERCENTILES } from "../theme.ts";
import { heatmap } from "./heatmap.ts";
import { lines } from "./lines.ts";
import type { PanelBuilder, Query } from "./panel.ts";
import { stat } from "./stat.ts";

const requests = observations(HTTP, ROUTE);
const failures = observations(HTTP, ROUTE, FAILED);

/** Shares of failed requests, for colours. */
export const FAILED_SHARE = [
  [null, GOOD],
  [0.01, "orange"],
  [0.05, BAD],
] as const;
/** Latencies in seconds, for colours. */
export const SLOW = [
  [null, GOOD],
  [0.5, "orange"],
  [2.5, BAD],
] as const;

export function requestRate(): PanelBuilder {
  return stat({
    title: "Requests",
    description: "Requests answered per second, all instances together.",
    unit: "reqps",
    queries: [{ expr: rate(requests) }],
  });
}

export function failedShare(): PanelBuilder {
  return stat({
    title: "Failed",
    description:
      "Part of the requests that ended with a 5xx, an exception or a timeout. A 4xx is the client's error and does not count.",
    unit: "percentunit",
    decimals: 2,
    thresholds: FAILED_SHARE,
    queries: [{ expr: share(rate(failures), rate(requests)) }],
  });
}

/** p50, p95 and p99 of the chosen routes. */
function percentiles(): Query[] {
  return [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, HTTP, [ROUTE]), legend: `p${q * 100}` }));
}

export function latencyNow(): PanelBuilder {
  return stat({
    title: "Latency",
    description:
      "Half of the requests, 95 % and 99 % of them were answered within this time, interpolated in the histogram's buckets.",
    unit: "s",
    decimals: 2,
    colours: PERCENTILES,
    queries: percentiles(),
  });
}

export function budgetLeft(): PanelBuilder {
  return stat({
    title: "Error budget left",
    description:
      "Of the failures that the objective allows for the time shown, the part that has not happened. Below zero the objective is missed.",
    unit: "percentunit",
    decimals: 0,
    trend: false,
    thresholds: [
      [null, BAD],
      [0, "orange"],
      [0.25, GOOD],
    ],
    noValue: "no requests",
    queries: [{ expr: `1 - (${share(total(failures), total(requests))}) / (1 - $objective / 100)` }],
  });
}

export function ratesByOutcome(): PanelBuilder {
  return lines({
    title: "Requests by outcome",
    description: "Requests per second by how they ended, one on the other: the top edge is the whole rate.",
    unit: "reqps",
    stacked: true,
    colours: OUTCOMES,
    queries: [{ expr: rate(requests, "outcome"), legend: "{{outcome}}" }],
  });
}

export function errorsByKind(): PanelBuilder {
  return lines({
    title: "Errors by kind",
    description: "Failed requests per second by the class of what was thrown, or by status.",
    unit: "reqps",
    shades: BAD,
    colours: { none: GOOD },
    queries: [
      {
        expr: orNone(rate(observations(HTTP, ROUTE, 'error_type!=""'), "error_type"), "error_type"),
        legend: "{{error_type}}",
      },
    ],
  });
}

export function latencies(): PanelBuilder {
  return lines({
    title: "Latency percentiles",
    description:
      "Time to the response's headers, interpolated in the histogram's buckets: exact to the bucket only.",
    unit: "s",
    colours: PERCENTILES,
    queries: percentiles(),
  });
}

export function latencyHeatmap(): PanelBuilder {
  return heatmap({
    title: "Latency distribution",
    description:
      "Requests per second in each bucket of latency. Two bands are two kinds of requests: a cache's hits and misses, say.",
    unit: "s",
    queries: [{ expr: rate(buckets(HTTP, ROUTE), "le"), legend: "{{le}}" }],
  });
}
