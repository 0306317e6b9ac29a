/**
 * Recorded once, asked often: one ratio per window and the rates of each route. Every rate is summed over
 * instances before anything is divided. Names: https://prometheus.io/docs/practices/rules/
 */
import { FAILED, HTTP } from "../query.ts";
import type { Objective } from "./objective.ts";
import type { RecordingRule } from "./rule.ts";

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
const COUNT = `${HTTP}_count`;

/** Followed by a window. */
export const RATIO = "job:http_server_request_failures:ratio_rate";
export const LATENCY_RATIO = "job:http_server_request_slow:ratio_rate";

/** Requests within a window. */
export function requestsIn(window: string): string {
  return `job:http_server_requests:increase${window}`;
}

export function recordingRules({ service, latency }: Objective): RecordingRule[] {
  const job = `job="${service}"`;
  const rate = (series: string, window: string) => `sum by (job) (rate(${series}[${window}]))`;
  const le = Number.isInteger(latency.threshold) ? `${latency.threshold}.0` : `${latency.threshold}`;
  return WINDOWS.flatMap((window) => {
    const all = rate(`${COUNT}{${job}}`, window);
    const failed = rate(`${COUNT}{${job}, ${FAILED}}`, window);
    const fast = rate(`${HTTP}_bucket{${job}, le="${le}"}`, window);
    return [
      { record: `${RATIO}${window}`, expr: `(${failed} or 0 * ${all}) / ${all}` },
      { record: `${LATENCY_RATIO}${window}`, expr: `1 - ${fast} / ${all}` },
      { record: requestsIn(window), expr: `sum by (job) (increase(${COUNT}{${job}}[${window}]))` },
    ];
  });
}

export function routeRules({ service }: Objective): RecordingRule[] {
  const labels = "job, http_route";
  const rate = (series: string, by: string) => `sum by (${by}) (rate(${series}[5m]))`;
  const count = `${COUNT}{job="${service}"}`;
  const bucket = `${HTTP}_bucket{job="${service}"}`;
  return [
    { record: "job_route_outcome:http_server_requests:rate5m", expr: rate(count, `${labels}, outcome`) },
    {
      record: "job_route:http_server_request_duration_seconds:p95_rate5m",
      expr: `histogram_quantile(0.95, ${rate(bucket, `le, ${labels}`)})`,
    },
  ];
}
