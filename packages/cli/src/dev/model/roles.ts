/** What a series says of a service, by its name and labels: pushmeter's own names, and those of well-known peers. */
import type { Labels } from "../storage/database.ts";

/** Histograms whose observations are calls: requests, or invocations by something else. */
const CALLS =
  /^(http_server_request_duration_seconds|http_request_duration_seconds|faas_invoke_duration_seconds|app_request_latency_seconds)(_bucket|_count|_sum)$/;
const PUSHES = "pushmeter_push_duration_seconds_count";
const DROPPED = "pushmeter_push_dropped_total";
const COLD_STARTS = "faas_coldstarts_total";
/** What is no metric of the user's. */
const OWN = /^(pushmeter_|faas_|target_info$|push_time_seconds$|push_failure_time_seconds$|http_server_)/;

export type Outcome = "success" | "client_error" | "server_error" | "exception" | "timeout" | "canceled";

export const OUTCOMES: readonly Outcome[] = [
  "success",
  "client_error",
  "server_error",
  "exception",
  "timeout",
  "canceled",
];

/** Those that the service is to blame for. */
export const FAILURES: readonly Outcome[] = ["server_error", "exception", "timeout"];

export type Role =
  | { readonly kind: "calls"; readonly metric: string; readonly call: string; readonly outcome: Outcome }
  | { readonly kind: "bucket"; readonly metric: string; readonly call: string; readonly bound: number }
  | { readonly kind: "push"; readonly result: string }
  | { readonly kind: "dropped"; readonly reason: string }
  | { readonly kind: "coldstart" }
  | { readonly kind: "custom" }
  | { readonly kind: "other" };

export function roleOf(name: string, labels: Labels): Role {
  const [, metric, suffix] = CALLS.exec(name) ?? [];
  if (metric) {
    const call = callOf(labels);
    if (suffix === "_bucket") return { kind: "bucket", metric, call, bound: boundOf(labels) };
    if (suffix === "_count") return { kind: "calls", metric, call, outcome: outcomeOf(labels) };
    return { kind: "other" };
  }
  if (name === PUSHES) return { kind: "push", result: labels.result ?? "" };
  if (name === DROPPED) return { kind: "dropped", reason: labels.reason ?? "" };
  if (name === COLD_STARTS) return { kind: "coldstart" };
  return { kind: OWN.test(name) ? "other" : "custom" };
}

export function boundOf({ le = "" }: Labels): number {
  return le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
}

/** What was called, as people say it: `GET /courses/:id`, `queue mails`. */
function callOf(labels: Labels): string {
  const {
    faas_cron: cron,
    faas_schedule: schedule,
    messaging_destination_name: queue,
    faas_trigger: trigger,
  } = labels;
  if (cron) return `cron ${cron}`;
  if (schedule) return `schedule ${schedule}`;
  if (queue) return `queue ${queue}`;
  if (trigger && trigger !== "http") return labels.faas_name ? `${trigger} ${labels.faas_name}` : trigger;
  const method = labels.http_request_method ?? labels.method ?? "";
  const route = labels.http_route ?? labels.route ?? labels.path ?? labels.handler ?? labels.endpoint;
  return `${method} ${route ?? "(no route)"}`.trim();
}

function outcomeOf(labels: Labels): Outcome {
  const found = OUTCOMES.find((outcome) => outcome === labels.outcome);
  if (found) return found;
  const status =
    labels.http_response_status_code ??
    labels.status_code ??
    labels.status ??
    labels.http_status ??
    labels.code;
  if (status?.startsWith("5")) return "server_error";
  return status?.startsWith("4") ? "client_error" : "success";
}
