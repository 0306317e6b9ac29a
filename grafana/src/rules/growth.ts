/**
 * What grew within five minutes, recorded every minute: a moment's growth is in five of them. Long windows are
 * sums of these, at a fraction of the cost. Names: https://prometheus.io/docs/practices/rules/
 */
import { FAAS, HTTP, RECORDS } from "../names.ts";
import {
  counter,
  type Growing,
  INVOCATION_FAILURES,
  observations,
  REQUEST_FAILURES,
} from "../query/growing.ts";
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

export const REQUESTS = "job_route:http_server_requests:increase5m";
export const FAILED_REQUESTS = "job_route:http_server_requests_failed:increase5m";
export const INVOCATIONS = "job_function:faas_invocations:increase5m";
export const FAILED_INVOCATIONS = "job_function:faas_invocations_failed:increase5m";
export const RECORDED_RECORDS = "job_source:faas_records:increase5m";
export const FAILED_RECORDS = "job_source:faas_records_failed:increase5m";

interface Recorded {
  readonly growing: Growing;
  /** All of it. */
  readonly name: string;
  readonly by: string;
  /** What failed of it. Each item of `failures` selects others, by labels that are kept in `outcomes`. */
  readonly failed: string;
  readonly failures: readonly (readonly string[])[];
  readonly outcomes: string;
}

const RECORDED: readonly Recorded[] = [
  {
    growing: observations(HTTP),
    name: REQUESTS,
    by: "job, http_route",
    failed: FAILED_REQUESTS,
    failures: REQUEST_FAILURES,
    outcomes: "outcome, http_response_status_code, error_type",
  },
  {
    growing: observations(FAAS),
    name: INVOCATIONS,
    by: `job, ${FUNCTION}`,
    failed: FAILED_INVOCATIONS,
    failures: INVOCATION_FAILURES,
    outcomes: "outcome, error_type",
  },
  {
    growing: counter(RECORDS),
    name: RECORDED_RECORDS,
    by: `job, ${SOURCE}`,
    failed: FAILED_RECORDS,
    failures: [['outcome!="success"']],
    outcomes: "outcome",
  },
];

/** The series of all instances are read once: what failed is a part of what is recorded by outcome. */
export function growthRules(q: Queries): RecordingRule[] {
  return RECORDED.flatMap(({ growing, name, by, failed, failures, outcomes }) => {
    const byOutcome = name.replace(":", "_outcome:");
    const selected = failures.map((matchers) => `${byOutcome}{${matchers.join(", ")}}`);
    return [
      { record: byOutcome, expr: q.growth(growing, `${by}, ${outcomes}`, WINDOW) },
      { record: name, expr: `sum by (${by}) (${byOutcome})` },
      { record: failed, expr: `sum by (${by}) (${selected.join(" or ")})` },
    ];
  });
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
