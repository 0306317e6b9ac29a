/**
 * Recorded once, asked often: one ratio per window and the rates of each route. Every rate is summed over
 * instances before anything is divided, and those with classic histograms and with native ones add up. Names:
 * https://prometheus.io/docs/practices/rules/
 */
import { FAILED, HTTP } from "../query.ts";
import type { Objective } from "./objective.ts";
import type { RecordingRule } from "./rule.ts";

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

/** Followed by a window. */
export const RATIO = "job:http_server_request_failures:ratio_rate";
export const LATENCY_RATIO = "job:http_server_request_slow:ratio_rate";

/** Requests within a window. */
export function requestsIn(window: string): string {
  return `job:http_server_requests:increase${window}`;
}

export function recordingRules({ service, latency }: Objective): RecordingRule[] {
  const job = `job="${service}"`;
  return WINDOWS.flatMap((window) => {
    const all = counted("rate", HTTP, job, "job", window);
    const failed = counted("rate", HTTP, `${job}, ${FAILED}`, "job", window);
    return [
      { record: `${RATIO}${window}`, expr: `(${failed} or 0 * ${all}) / ${all}` },
      { record: `${LATENCY_RATIO}${window}`, expr: `1 - ${fast(job, latency.threshold, window)} / ${all}` },
      { record: requestsIn(window), expr: counted("increase", HTTP, job, "job", window) },
    ];
  });
}

/** A histogram's observations. */
export function counted(
  grow: "rate" | "increase",
  histogram: string,
  matchers: string,
  by: string,
  window: string,
): string {
  const series = `{${matchers}}[${window}]`;
  return `sum by (${by}) (${grow}(${histogram}_count${series}) or histogram_count(${grow}(${histogram}${series})))`;
}

/** Requests per second within the threshold: exactly of classic buckets, interpolated in native ones. */
function fast(job: string, threshold: number, window: string): string {
  const le = Number.isInteger(threshold) ? `${threshold}.0` : `${threshold}`;
  const classic = `sum by (job, le) (rate(${HTTP}_bucket{${job}, le="${le}"}[${window}]))`;
  const native = `sum by (job) (rate(${HTTP}{${job}}[${window}]))`;
  // Of no requests the fraction is no number.
  const nativeFast = `histogram_fraction(0, ${threshold}, ${native}) * (histogram_count(${native}) > 0)`;
  return `sum by (job) (${classic} or ${nativeFast})`;
}

export function routeRules({ service }: Objective): RecordingRule[] {
  const labels = "job, http_route";
  const job = `job="${service}"`;
  const p95 = (series: string, by: string) =>
    `histogram_quantile(0.95, sum by (${by}) (rate(${series}{${job}}[5m])))`;
  return [
    {
      record: "job_route_outcome:http_server_requests:rate5m",
      expr: counted("rate", HTTP, job, `${labels}, outcome`, "5m"),
    },
    {
      record: "job_route:http_server_request_duration_seconds:p95_rate5m",
      // Percentiles do not add up: where both are, that of the native ones, which are more exact.
      expr: `${p95(HTTP, labels)} or ${p95(`${HTTP}_bucket`, `le, ${labels}`)}`,
    },
  ];
}
