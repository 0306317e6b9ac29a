/**
 * What grew within five minutes, recorded every minute: a moment's growth is in five of them. Long windows are
 * sums of these, at a fraction of the cost. Names: https://prometheus.io/docs/practices/rules/
 */
import { FAAS, HTTP, RECORDS } from "../names.ts";
import { counter, failedInvocations, failedRequests, type Growing, observations } from "../query/growing.ts";
import type { Queries } from "../query/queries.ts";
import type { RecordingRule } from "./rule.ts";

export const WINDOW = "5m";
/** How many of the recorded windows hold a moment. */
const OVERLAP = 5;

/** Which function: crons, schedules and queues have names, and so has what `measure` measures; other triggers only a kind. */
export const FUNCTION =
  "faas_trigger, faas_cron, faas_schedule, messaging_destination_name, code_function_name";

/** What comes in batches of records: queues and streams. */
export const SOURCE = "faas_trigger, messaging_destination_name";

interface Recorded {
  readonly name: string;
  readonly growing: Growing;
  readonly by: string;
}

export const REQUESTS = "job_route:http_server_requests:increase5m";
export const FAILED_REQUESTS = "job_route:http_server_requests_failed:increase5m";
export const INVOCATIONS = "job_function:faas_invocations:increase5m";
export const FAILED_INVOCATIONS = "job_function:faas_invocations_failed:increase5m";
export const RECORDED_RECORDS = "job_source:faas_records:increase5m";
export const FAILED_RECORDS = "job_source:faas_records_failed:increase5m";

const RECORDED: readonly Recorded[] = [
  { name: REQUESTS, growing: observations(HTTP), by: "job, http_route" },
  { name: FAILED_REQUESTS, growing: failedRequests(HTTP), by: "job, http_route" },
  { name: INVOCATIONS, growing: observations(FAAS), by: `job, ${FUNCTION}` },
  { name: FAILED_INVOCATIONS, growing: failedInvocations(FAAS), by: `job, ${FUNCTION}` },
  { name: RECORDED_RECORDS, growing: counter(RECORDS), by: `job, ${SOURCE}` },
  { name: FAILED_RECORDS, growing: counter(RECORDS, 'outcome!="success"'), by: `job, ${SOURCE}` },
];

export function growthRules(q: Queries): RecordingRule[] {
  return RECORDED.map(({ name, growing, by }) => ({ record: name, expr: q.growth(growing, by, WINDOW) }));
}

/** How much grew within a long window, from what is recorded. */
export function recordedGrowth(name: string, by: string, window: string, matchers = ""): string {
  return `sum by (${by}) (sum_over_time(${name}${matchers && `{${matchers}}`}[${window}])) / ${OVERLAP}`;
}

/** The part of `all` that is in `some`; 0 if nothing is. */
export function recordedShare(some: string, all: string, by: string, window: string): string {
  const [part, whole] = [some, all].map((name) => recordedGrowth(name, by, window)) as [string, string];
  return `((${part}) or 0 * (${whole})) / (${whole} > 0)`;
}
