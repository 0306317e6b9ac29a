/** The counts of what arrived, in the names of what was sent. */
import { INVOKE, LOGINS, REQUEST } from "../../worker/demo/counted.ts";
import { Counts, cronName, loginName, NO_ROUTE, queueName, requestName } from "../../worker/demo/counts.ts";
import type { Sample } from "../../worker/demo/samples.ts";
import { recordName } from "./traffic.ts";

export const RECORDS = "faas_records_total";

export function counted(samples: readonly Sample[]): { counts: Counts; events: number } {
  const counts = new Counts();
  let events = 0;
  for (const { name, labels, value } of samples) {
    if (name === `${REQUEST}_count`) {
      const { http_request_method = "", http_route = NO_ROUTE, http_response_status_code = "" } = labels;
      counts.add(requestName(http_request_method, http_route, http_response_status_code), value);
      events += value;
    } else if (name === `${INVOKE}_count`) {
      const { faas_schedule, messaging_destination_name = "" } = labels;
      counts.add(faas_schedule ? cronName(faas_schedule) : queueName(messaging_destination_name), value);
      events += value;
    } else if (name === RECORDS) {
      counts.add(recordName(labels.outcome ?? ""), value);
    } else if (name === LOGINS) {
      counts.add(loginName(labels.result ?? ""), value);
    }
  }
  return { counts, events };
}
