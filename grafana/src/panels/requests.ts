/** Panels about HTTP requests, for the dashboards that show all routes and the one that shows one. */
import { HTTP } from "../names.ts";
import { failedRequests, type Growing, observations } from "../query/growing.ts";
import { alive, orNone } from "../query/presence.ts";
import { type Queries, RATE_INTERVAL } from "../query/queries.ts";
import { BAD, ERROR_STATUSES, NEUTRAL, OK, OUTCOMES, PERCENTILES, WARN } from "../theme.ts";
import { ROUTE } from "../variables.ts";
import { heatmap } from "./heatmap.ts";
import { lines } from "./lines.ts";
import type { PanelBuilder, Query } from "./panel.ts";
import { stat } from "./stat.ts";

/** What says "now" looks back so long; with fewer requests, a share of them would be noise: then longer. */
const NOW = "5m";
const LONGER = "1h";
const ENOUGH = 100;

/** The shortest step of panels over buckets, which are most of all series. */
const QUANTILE_INTERVAL = "1m";

/** Shares of failed requests, for colours. */
export const FAILED_SHARE = [
  [null, OK],
  [0.01, WARN],
  [0.05, BAD],
] as const;
/** Latencies in seconds, for colours. */
export const SLOW = [
  [null, OK],
  [0.5, WARN],
  [2.5, BAD],
] as const;

const requests = observations(HTTP, ROUTE);
const failures = failedRequests(HTTP, ROUTE);
const SILENT = "nothing heard";

export function requestRate(q: Queries): PanelBuilder {
  return stat({
    title: "Requests",
    description: "Requests answered per second within the last five minutes, all instances together.",
    unit: "reqps",
    noValue: SILENT,
    queries: [{ expr: q.rate(requests, "", { window: NOW }) }],
  });
}

/** Per live service, over five minutes, or over an hour where those had fewer than a hundred requests. */
export function recent(q: Queries, all: Growing, ask: (window: string) => string): string {
  const enough = `${q.growth(all, "job", NOW)} >= ${ENOUGH}`;
  return `(((${ask(NOW)}) and on (job) ${enough} or (${ask(LONGER)})) and on (job) ${alive(q)})`;
}

export function failedShare(q: Queries): PanelBuilder {
  const failed = recent(q, requests, (window) => q.growthOrZero(failures, requests, "job", window));
  const all = recent(q, requests, (window) => q.growth(requests, "job", window));
  return stat({
    title: "Failed",
    description:
      "Part of the requests that ended with a 5xx, an exception or a timeout, and how many. A 4xx is the client's error. Each service's last five minutes, or hour if these had fewer than a hundred requests.",
    unit: "percentunit",
    decimals: 2,
    thresholds: FAILED_SHARE,
    noValue: SILENT,
    queries: [
      { expr: `sum(${failed}) / (sum(${all}) > 0)`, legend: "part" },
      { expr: `sum(${failed})`, legend: "failures" },
    ],
    units: { failures: "none" },
  });
}

/** p50, p95 and p99 of the chosen routes. */
function percentiles(q: Queries, window: string): Query[] {
  return [0.5, 0.95, 0.99].map((part) => ({
    expr: q.quantile(part, HTTP, [ROUTE], "", window),
    legend: `p${part * 100}`,
  }));
}

export function latencyNow(q: Queries): PanelBuilder {
  return stat({
    title: "Latency",
    description:
      "Within the last five minutes half of the requests, 95 % and 99 % of them were answered within this time, interpolated in the histogram's buckets.",
    unit: "s",
    decimals: 2,
    colours: PERCENTILES,
    noValue: "no requests",
    queries: percentiles(q, NOW),
  });
}

export function ratesByOutcome(q: Queries): PanelBuilder {
  return lines({
    title: "Requests by outcome",
    description:
      "Requests per second by how they ended, one on the other: the top edge is the whole rate. Without the label outcome, by status.",
    unit: "reqps",
    stacked: true,
    colours: OUTCOMES,
    queries: [{ expr: byOutcome(q), legend: "{{outcome}}" }],
  });
}

/** By `outcome`, which a service without it gets from the status. */
function byOutcome(q: Queries): string {
  const rate = q.rate(requests, "outcome, http_response_status_code");
  const derived: readonly (readonly [outcome: string, pattern: string])[] = [
    ["success", ";[123].."],
    ["client_error", ";4.."],
    ["server_error", ";5.."],
    ["exception", ";"],
  ];
  const joined = `label_join(${rate}, "ended", ";", "outcome", "http_response_status_code")`;
  const labelled = derived.reduce(
    (expr, [outcome, pattern]) => `label_replace(${expr}, "outcome", "${outcome}", "ended", "${pattern}")`,
    joined,
  );
  return `sum by (outcome) (${labelled})`;
}

export function errorsByKind(q: Queries): PanelBuilder {
  const rate = q.rate(failures, "error_type, http_response_status_code");
  const joined = `label_join(${rate}, "ended", ";", "error_type", "http_response_status_code")`;
  const labelled = `label_replace(${joined}, "error_type", "$1", "ended", ";(.+)")`;
  return lines({
    title: "Errors by kind",
    description: "Failed requests per second by the class of what was thrown, or by status.",
    unit: "reqps",
    colours: { none: NEUTRAL },
    patterns: ERROR_STATUSES,
    queries: [
      { expr: orNone(q, `sum by (error_type) (${labelled})`, "error_type"), legend: "{{error_type}}" },
    ],
  });
}

export function latencies(q: Queries): PanelBuilder {
  return lines({
    title: "Latency percentiles",
    description:
      "Time to the response's headers, interpolated in the histogram's buckets: exact to the bucket only. Points are exemplars, if there are any: click one for its trace.",
    unit: "s",
    interval: QUANTILE_INTERVAL,
    colours: PERCENTILES,
    exemplars: true,
    queries: percentiles(q, RATE_INTERVAL),
  });
}

export function latencyHeatmap(q: Queries): PanelBuilder {
  return heatmap({
    title: "Latency distribution",
    description:
      "Requests per second in each bucket of latency. Two bands are two kinds of requests: a cache's hits and misses, say.",
    unit: "s",
    interval: QUANTILE_INTERVAL,
    queries: [{ expr: q.buckets(HTTP, [ROUTE]), legend: "{{le}}" }],
  });
}
