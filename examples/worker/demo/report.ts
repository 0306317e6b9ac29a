/** What arrived, as tables for people. */
import { LOGINS, REQUEST } from "@pushmeter/testkit/demo/counted";
import { bucketsOf, quantile } from "@pushmeter/testkit/demo/histogram";
import type { Sample } from "@pushmeter/testkit/demo/samples";
import { grouped, named, requestTable, total, triggerTable } from "@pushmeter/testkit/demo/tables";
import { table } from "@pushmeter/testkit/table";

export function report(samples: readonly Sample[]): string {
  const parts = [instances(samples), requestTable(samples), triggerTable(samples), custom(samples)];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function instances(samples: readonly Sample[]): string[] {
  // The Pushgateway adds this metric to each group.
  const groups = new Set(named(samples, "push_time_seconds").map(({ labels }) => labels.instance));
  const rows = grouped(named(samples, `${REQUEST}_count`), ({ instance = "" }) => instance).map(
    ([instance, counts]) => [
      instance,
      groups.has(instance) ? "Pushgateway" : instance.startsWith("shard-") ? "aggregator" : "remote write",
      `${total(counts)}`,
    ],
  );
  return table([["instance", "pushed by", "requests"], ...rows], 2);
}

function custom(samples: readonly Sample[]): string[] {
  const logins = named(samples, LOGINS);
  const searches = total(named(samples, "app_search_results_count"));
  const results = bucketsOf(samples, "app_search_results");
  // A gauge is not added up: each instance has read it from its database.
  const [users] = named(samples, "app_users");
  return table([
    ["custom metric", "value"],
    [`${LOGINS}{result="success"}`, `${total(logins, { result: "success" })}`],
    [`${LOGINS}{result="failure"}`, `${total(logins, { result: "failure" })}`],
    ["app_users", `${users?.value ?? "-"}`],
    ["app_search_results_count", `${searches}`],
    ["app_search_results, p50", quantile(0.5, results).toFixed(1)],
    ["app_search_results, p95", quantile(0.95, results).toFixed(1)],
  ]);
}

/** How many instances pushed, and how many series that made. */
export function aggregated(samples: readonly Sample[], instances: number): string {
  const writers = new Set(samples.map(({ labels }) => labels.instance)).size;
  return table([
    ["instances", "shards", "series", "series without the aggregator, up to"],
    [`${instances}`, `${writers}`, `${samples.length}`, `${(samples.length / writers) * instances}`],
  ]).join("\n");
}
