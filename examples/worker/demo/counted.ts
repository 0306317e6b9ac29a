/** The counts of what arrived, in the names of what was sent. */
import { Counts, cronName, loginName, NO_ROUTE, queueName, requestName } from "./counts.ts";
import type { Sample } from "./samples.ts";

export const REQUEST = "http_server_request_duration_seconds";
export const INVOKE = "faas_invoke_duration_seconds";
export const LOGINS = "app_logins_total";

export function counted(samples: readonly Sample[]): { counts: Counts; requests: number } {
  const counts = new Counts();
  let requests = 0;
  for (const { name, labels, value } of samples) {
    if (name === `${REQUEST}_count`) {
      const { http_request_method = "", http_route = NO_ROUTE, http_response_status_code = "" } = labels;
      counts.add(requestName(http_request_method, http_route, http_response_status_code), value);
      requests += value;
    } else if (name === `${INVOKE}_count`) {
      const { faas_cron, messaging_destination_name = "" } = labels;
      counts.add(
        faas_cron === undefined ? queueName(messaging_destination_name) : cronName(faas_cron),
        value,
      );
    } else if (name === LOGINS) {
      counts.add(loginName(labels.result ?? ""), value);
    }
  }
  return { counts, requests };
}
