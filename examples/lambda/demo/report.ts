/** What arrived, as tables for people. Environments are added up, as `sum by` does in Prometheus. */
import { table } from "@pushmeter/testkit/table";
import { INVOKE, LOGINS } from "../../worker/demo/counted.ts";
import { durations, requests, total } from "../../worker/demo/report.ts";
import type { Sample } from "../../worker/demo/samples.ts";
import { RECORDS } from "./counted.ts";

export function report(samples: readonly Sample[]): string {
  return [requests(samples), triggers(samples), others(samples)].map((rows) => rows.join("\n")).join("\n\n");
}

function triggers(samples: readonly Sample[]): string[] {
  const keyOf = ({ faas_schedule, messaging_destination_name }: Sample["labels"]) =>
    faas_schedule ? `schedule ${faas_schedule}` : `queue ${messaging_destination_name}`;
  return table([
    ["trigger", "invocations", "success", "exception", "p50", "p95"],
    ...durations(samples, INVOKE, ["success", "exception"], keyOf),
  ]);
}

function others(samples: readonly Sample[]): string[] {
  const value = (name: string, labels: Sample["labels"] = {}) =>
    `${total(
      samples.filter((sample) => sample.name === name),
      labels,
    )}`;
  const rows = [
    [`${RECORDS}{outcome="success"}`, value(RECORDS, { outcome: "success" })],
    [`${RECORDS}{outcome="exception"}`, value(RECORDS, { outcome: "exception" })],
    [`${LOGINS}{result="success"}`, value(LOGINS, { result: "success" })],
    [`${LOGINS}{result="failure"}`, value(LOGINS, { result: "failure" })],
    ["app_search_results_count", value("app_search_results_count")],
    ["faas_coldstarts_total", value("faas_coldstarts_total")],
  ];
  return table([["metric", "value"], ...rows]);
}
