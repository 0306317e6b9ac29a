/** What the received metrics count, by the names that the sender used. */
import { Counts, cronName, loginName, NO_ROUTE, queueName, recordName, requestName } from "./counts.ts";
import type { Sample } from "./samples.ts";

export const REQUEST = "http_server_request_duration_seconds";
export const INVOKE = "faas_invoke_duration_seconds";
export const RECORDS = "faas_records_total";
export const LOGINS = "app_logins_total";

export interface Counted {
  readonly counts: Counts;
  readonly requests: number;
  /** Of crons, schedules and queues. */
  readonly invocations: number;
}

export function counted(samples: readonly Sample[]): Counted {
  const counts = new Counts();
  let requests = 0;
  let invocations = 0;
  for (const { name, labels, value } of samples) {
    if (name === `${REQUEST}_count`) {
      const { http_request_method = "", http_route = NO_ROUTE, http_response_status_code = "" } = labels;
      counts.add(requestName(http_request_method, http_route, http_response_status_code), value);
      requests += value;
    } else if (name === `${INVOKE}_count`) {
      const { faas_cron, faas_schedule, messaging_destination_name = "" } = labels;
      const cron = faas_cron ?? faas_schedule;
      counts.add(cron === undefined ? queueName(messaging_destination_name) : cronName(cron), value);
      invocations += value;
    } else if (name === RECORDS) {
      counts.add(recordName(labels.outcome ?? ""), value);
    } else if (name === LOGINS) {
      counts.add(loginName(labels.result ?? ""), value);
    }
  }
  return { counts, requests, invocations };
}
