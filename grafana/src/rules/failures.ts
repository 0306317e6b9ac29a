/** Alerts for requests, functions and queues of every service, whether or not it has an objective. */
import {
  FAILED_INVOCATIONS,
  FAILED_RECORDS,
  FAILED_REQUESTS,
  FUNCTION,
  INVOCATIONS,
  RECORDED_RECORDS,
  REQUESTS,
  recordedGrowth,
  recordedShare,
  SOURCE,
} from "./growth.ts";
import type { Alert } from "./rule.ts";

const FUNCTION_NAME =
  "{{ $labels.faas_trigger }} {{ $labels.faas_cron }}{{ $labels.faas_schedule }}{{ $labels.messaging_destination_name }} {{ $labels.code_function_name }}";

export function failureAlerts(): Alert[] {
  const functions = `job, ${FUNCTION}`;
  const sources = `job, ${SOURCE}`;
  const requests = (window: string) => recordedShare(FAILED_REQUESTS, REQUESTS, "job", window);
  const failedRequests = (window: string) => recordedGrowth(FAILED_REQUESTS, "job", window);
  const runs = (window: string) => recordedShare(FAILED_INVOCATIONS, INVOCATIONS, functions, window);
  const failedRuns = (window: string) => recordedGrowth(FAILED_INVOCATIONS, functions, window);
  const allRuns = (window: string) => recordedGrowth(INVOCATIONS, functions, window);
  return [
    {
      alert: "RequestsFailing",
      expr: `${requests("10m")} > 0.5 and ${failedRequests("10m")} >= 20`,
      for: "2m",
      severity: "page",
      summary: "Most requests of {{ $labels.job }} fail",
      description: "{{ $value | humanizePercentage }} of its requests within ten minutes failed.",
      dashboard: "pushmeter-service",
    },
    {
      alert: "RequestsFailing",
      expr: `${requests("1h")} > 0.05 and ${failedRequests("1h")} >= 10`,
      for: "2m",
      severity: "ticket",
      summary: "Requests of {{ $labels.job }} fail",
      description: "{{ $value | humanizePercentage }} of its requests within an hour failed.",
      dashboard: "pushmeter-service",
    },
    {
      alert: "FunctionFailing",
      expr: `${runs("1h")} > 0.5 and ${allRuns("1h")} >= 20`,
      for: "2m",
      severity: "page",
      summary: `A busy function of {{ $labels.job }} fails: ${FUNCTION_NAME}`,
      description: "{{ $value | humanizePercentage }} of its invocations within an hour failed.",
      dashboard: "pushmeter-functions",
    },
    {
      alert: "FunctionFailing",
      // A part of what runs often; the last two runs of what runs every hour; the last of what runs every day.
      expr:
        `${runs("1h")} > 0.1 and ${failedRuns("1h")} >= 3` +
        ` or ${runs("125m")} > 0.99 and ${failedRuns("125m")} >= 2` +
        ` or ${runs("25h")} > 0.99`,
      for: "2m",
      severity: "ticket",
      summary: `A function of {{ $labels.job }} fails: ${FUNCTION_NAME}`,
      description: "{{ $value | humanizePercentage }} of its last invocations failed.",
      dashboard: "pushmeter-functions",
    },
    {
      alert: "RecordsFailing",
      expr:
        `${recordedShare(FAILED_RECORDS, RECORDED_RECORDS, sources, "1h")} > 0.1` +
        ` and ${recordedGrowth(FAILED_RECORDS, sources, "1h")} >= 5`,
      for: "2m",
      severity: "ticket",
      summary:
        "Records of a queue or stream of {{ $labels.job }} fail: {{ $labels.messaging_destination_name }}",
      description: "{{ $value | humanizePercentage }} of the records within an hour failed, and come again.",
      dashboard: "pushmeter-functions",
    },
  ];
}
