/** What arrived, as tables for people. Instances are added up, as `sum by` does in Prometheus. */
import { table } from "@pushmeter/testkit/table";
import { INVOKE, LOGINS, REQUEST } from "./counted.ts";
import { NO_ROUTE } from "./counts.ts";
import { bucketsOf, quantile } from "./histogram.ts";
import type { Sample } from "./samples.ts";

type Labels = Sample["labels"];

export function report(samples: readonly Sample[]): string {
  const parts = [instances(samples), requests(samples), triggers(samples), custom(samples)];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function instances(samples: readonly Sample[]): string[] {
  // The Pushgateway adds this one to each group.
  const groups = new Set(named(samples, "push_time_seconds").map(({ labels }) => labels.instance));
  const rows = [...grouped(named(samples, `${REQUEST}_count`), ({ instance = "" }) => instance)].map(
    ([instance, counts]) => [
      instance,
      groups.has(instance) ? "Pushgateway" : instance.startsWith("shard-") ? "aggregator" : "remote write",
      `${total(counts)}`,
    ],
  );
  return table([["instance", "pushed by", "requests"], ...rows], 2);
}

export function requests(samples: readonly Sample[]): string[] {
  const outcomes = ["success", "client_error", "server_error", "exception"];
  const keyOf = ({ http_route = NO_ROUTE, http_request_method = "" }: Labels) =>
    `${http_route}\n${http_request_method}`;
  const rows = durations(samples, REQUEST, outcomes, keyOf);
  return table(
    [
      ["", "", "", "", "client_", "server_", "", "", ""],
      ["route", "method", "requests", "success", "error", "error", "exception", "p50", "p95"],
      ...rows,
    ],
    2,
  );
}

function triggers(samples: readonly Sample[]): string[] {
  const keyOf = ({ faas_cron, messaging_destination_name }: Labels) =>
    faas_cron === undefined ? `queue ${messaging_destination_name}` : `cron ${faas_cron}`;
  return table([
    ["trigger", "invocations", "success", "exception", "p50", "p95"],
    ...durations(samples, INVOKE, ["success", "exception"], keyOf),
  ]);
}

/** A row per key, whose lines are its first cells: count, count by outcome, p50 and p95. */
export function durations(
  samples: readonly Sample[],
  histogram: string,
  outcomes: readonly string[],
  keyOf: (labels: Labels) => string,
): string[][] {
  const all = samples.filter(({ name }) => name.startsWith(`${histogram}_`));
  return [...grouped(all, keyOf)].map(([key, group]) => {
    const counts = named(group, `${histogram}_count`);
    const buckets = bucketsOf(group, histogram);
    return [
      ...key.split("\n"),
      `${total(counts)}`,
      ...outcomes.map((outcome) => `${total(counts, { outcome }) || "-"}`),
      milliseconds(quantile(0.5, buckets)),
      milliseconds(quantile(0.95, buckets)),
    ];
  });
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

function named(samples: readonly Sample[], name: string): Sample[] {
  return samples.filter((sample) => sample.name === name);
}

/** By key, in the order of the keys. */
function grouped(samples: readonly Sample[], keyOf: (labels: Labels) => string): [string, Sample[]][] {
  const groups = Map.groupBy(samples, ({ labels }) => keyOf(labels));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

export function total(samples: readonly Sample[], labels: Labels = {}): number {
  const wanted = Object.entries(labels);
  return samples
    .filter((sample) => wanted.every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function milliseconds(seconds: number): string {
  const ms = seconds * 1000;
  return Number.isNaN(ms) ? "-" : `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

/** How many wrote, and how many series that made. */
export function aggregated(samples: readonly Sample[], instances: number): string {
  const writers = new Set(samples.map(({ labels }) => labels.instance)).size;
  return table([
    ["instances", "shards", "series", "series without the aggregator, up to"],
    [`${instances}`, `${writers}`, `${samples.length}`, `${(samples.length / writers) * instances}`],
  ]).join("\n");
}
