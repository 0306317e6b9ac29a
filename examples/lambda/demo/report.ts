/** What arrived, as tables for people. */
import { LOGINS, RECORDS } from "@pushmeter/testkit/demo/counted";
import type { Sample } from "@pushmeter/testkit/demo/samples";
import { type Labels, named, requestTable, total, triggerTable } from "@pushmeter/testkit/demo/tables";
import { table } from "@pushmeter/testkit/table";

export function report(samples: readonly Sample[]): string {
  const parts = [requestTable(samples), triggerTable(samples), others(samples)];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function others(samples: readonly Sample[]): string[] {
  const value = (name: string, labels?: Labels) => `${total(named(samples, name), labels)}`;
  return table([
    ["metric", "value"],
    [`${RECORDS}{outcome="success"}`, value(RECORDS, { outcome: "success" })],
    [`${RECORDS}{outcome="exception"}`, value(RECORDS, { outcome: "exception" })],
    [`${LOGINS}{result="success"}`, value(LOGINS, { result: "success" })],
    [`${LOGINS}{result="failure"}`, value(LOGINS, { result: "failure" })],
    ["app_search_results_count", value("app_search_results_count")],
    ["faas_coldstarts_total", value("faas_coldstarts_total")],
  ]);
}
