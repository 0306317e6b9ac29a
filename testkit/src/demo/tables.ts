/** Tables of what arrived, for 80 columns. Instances are added up, as `sum by` does in Prometheus. */
import { table } from "../table.ts";
import { INVOKE, REQUEST } from "./counted.ts";
import { NO_ROUTE } from "./counts.ts";
import { bucketsOf, quantile } from "./histogram.ts";
import type { Sample } from "./samples.ts";

export type Labels = Sample["labels"];

export function requestTable(samples: readonly Sample[]): string[] {
  const outcomes = ["success", "client_error", "server_error", "exception"];
  const keyOf = ({ http_route = NO_ROUTE, http_request_method = "" }: Labels) =>
    `${http_route}\n${http_request_method}`;
  const rows = durations(samples, REQUEST, outcomes, keyOf);
  return table([
    ["", "", "", "", "", "", "p50", "p95"],
    ["route", "requests", "success", "4xx", "5xx", "exception", "ms", "ms"],
    ...rows.map(([route = "", method = "", ...figures]) => [`${method} ${route}`, ...figures]),
  ]);
}

export function triggerTable(samples: readonly Sample[]): string[] {
  const keyOf = ({ faas_cron, faas_schedule, messaging_destination_name }: Labels) => {
    if (faas_cron !== undefined) return `cron ${faas_cron}`;
    return faas_schedule === undefined ? `queue ${messaging_destination_name}` : `schedule ${faas_schedule}`;
  };
  return table([
    ["trigger", "invocations", "success", "exception", "p50 ms", "p95 ms"],
    ...durations(samples, INVOKE, ["success", "exception"], keyOf),
  ]);
}

/** A row per key, whose lines are its first cells: count, count by outcome, p50 and p95. */
function durations(
  samples: readonly Sample[],
  histogram: string,
  outcomes: readonly string[],
  keyOf: (labels: Labels) => string,
): string[][] {
  const all = samples.filter(({ name }) => name.startsWith(`${histogram}_`));
  return grouped(all, keyOf).map(([key, group]) => {
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

export function named(samples: readonly Sample[], name: string): Sample[] {
  return samples.filter((sample) => sample.name === name);
}

/** By key, in the order of the keys. */
export function grouped(
  samples: readonly Sample[],
  keyOf: (labels: Labels) => string,
): [key: string, group: Sample[]][] {
  const groups = Map.groupBy(samples, ({ labels }) => keyOf(labels));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The sum of the values of the series that have these labels. */
export function total(samples: readonly Sample[], labels: Labels = {}): number {
  const wanted = Object.entries(labels);
  return samples
    .filter((sample) => wanted.every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function milliseconds(seconds: number): string {
  const ms = seconds * 1000;
  return Number.isNaN(ms) ? "-" : ms.toFixed(ms < 100 ? 1 : 0);
}
